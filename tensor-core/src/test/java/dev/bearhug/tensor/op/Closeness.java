package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** Comparisons of results. */
public final class Closeness {

  private Closeness() {}

  /** Requires {@code |actual - expected| <= absolute + relative * |expected|} everywhere. */
  public static void assertClose(
      String what, double[] actual, double[] expected, double relative, double absolute) {
    assertThat(actual).as("size of " + what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double a = actual[i];
      double e = expected[i];
      boolean same = Double.compare(a, e) == 0 || Double.isNaN(a) && Double.isNaN(e);
      assertThat(same || Math.abs(a - e) <= absolute + relative * Math.abs(e))
          .as(
              "%s: element %d is %s but must be %s (difference %.3g, allowed %.3g; seed %d)",
              what, i, a, e, Math.abs(a - e), absolute + relative * Math.abs(e), OpCases.SEED)
          .isTrue();
    }
  }

  /** Compares all values of two results; the absolute tolerance grows with the largest entry. */
  static void assertClose(
      String what, OpCase.Result actual, OpCase.Result expected, double tolerance) {
    assertThat(actual.shapes()).as("shapes of " + what).isEqualTo(expected.shapes());
    for (int i = 0; i < actual.values().size(); i++) {
      double[] e = expected.values().get(i);
      if (e == null) {
        assertThat(actual.values().get(i)).as(what + " [" + i + "]").isNull();
      } else {
        assertClose(
            what + " [" + i + "]",
            actual.values().get(i),
            e,
            tolerance,
            tolerance * Math.max(1, largest(e)));
      }
    }
  }

  /** Largest finite magnitude. */
  static double largest(double[] values) {
    double m = 0;
    for (double v : values) {
      m = Double.isFinite(v) ? Math.max(m, Math.abs(v)) : m;
    }
    return m;
  }

  /** Largest difference of two lists of values. */
  static double distance(List<double[]> a, List<double[]> b) {
    double m = 0;
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; a.get(i) != null && j < a.get(i).length; j++) {
        double d = Math.abs(a.get(i)[j] - b.get(i)[j]);
        m = Double.isNaN(d) ? m : Math.max(m, d);
      }
    }
    return m;
  }
}
