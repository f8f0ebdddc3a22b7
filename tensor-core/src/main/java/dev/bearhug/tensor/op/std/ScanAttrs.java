package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * How a scan runs along an axis.
 *
 * @param axis non-negative axis
 * @param exclusive whether an element's own value stays out of its result
 * @param reverse whether the scan starts at the end of the axis
 */
public record ScanAttrs(int axis, boolean exclusive, boolean reverse) {

  /** A scan from the start that includes each element; the axis may be negative. */
  public static ScanAttrs of(Shape shape, int axis) {
    return new ScanAttrs(shape.axis(axis), false, false);
  }

  /** The same scan from the other end. */
  ScanAttrs reversed() {
    return new ScanAttrs(axis, exclusive, !reverse);
  }

  /** Calls with every form and place of the axis. */
  static Stream<Sample<ScanAttrs>> samples(Sampler s, int inputs) {
    return Stream.of(
        sample(s, new ScanAttrs(1, false, false), inputs, 3, 5),
        sample(s, new ScanAttrs(0, false, true), inputs, 4, 3),
        sample(s, new ScanAttrs(1, true, false), inputs, 2, 4, 3),
        sample(s, new ScanAttrs(2, true, true), inputs, 2, 1, 5),
        sample(s, new ScanAttrs(0, false, false), inputs, 37, 2),
        sample(s, new ScanAttrs(1, false, false), inputs, 0, 3));
  }

  private static Sample<ScanAttrs> sample(Sampler s, ScanAttrs a, int inputs, long... shape) {
    Sampler.Builder<ScanAttrs> b = s.sample(a);
    for (int i = 0; i < inputs; i++) {
      b.uniformIn(-1.5, 1.5, shape);
    }
    return b.build();
  }
}
