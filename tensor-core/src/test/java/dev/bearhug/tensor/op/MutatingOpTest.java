package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.std.AdamWOp;
import dev.bearhug.tensor.op.std.LionOp;
import dev.bearhug.tensor.op.std.SgdOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ops that change inputs in place, against their formulas written down once more in double. */
class MutatingOpTest {

  /** Changes element {@code i} of the values, which are in the order of the inputs. */
  @FunctionalInterface
  private interface Formula {
    void apply(Object attrs, double[][] in, int i);
  }

  private static final Map<String, Formula> FORMULAS =
      Map.of(
          "accumulate", (a, in, i) -> in[0][i] += (Double) a * in[1][i],
          "adamw", MutatingOpTest::adamW,
          "adamw_8bit", MutatingOpTest::adamW8bit,
          "lion", MutatingOpTest::lion,
          "sgd", MutatingOpTest::sgd);

  private static void adamW(Object attrs, double[][] in, int i) {
    AdamWOp.Attrs a = (AdamWOp.Attrs) attrs;
    double g = in[1][i] * a.gradScale();
    in[2][i] += (1 - a.beta1()) * (g - in[2][i]);
    in[3][i] += (1 - a.beta2()) * (g * g - in[3][i]);
    double second = in[3][i];
    if (in[4] != null) {
      second = in[4][i] = Math.max(in[4][i], second);
    }
    double m = in[2][i] / a.biasCorrection1();
    double v = second / a.biasCorrection2();
    in[0][i] -= a.lr() * (a.weightDecay() * in[0][i] + m / (Math.sqrt(v) + a.eps()));
    if (in[5] != null) {
      in[5][i] = in[0][i];
    }
  }

  /** Whole blocks at their first element. */
  private static void adamW8bit(Object attrs, double[][] in, int start) {
    if (start % 256 != 0) {
      return;
    }
    int n = Math.min(256, in[0].length - start);
    double[][] plain = new double[6][n];
    for (int i = 0; i < n; i++) {
      plain[0][i] = in[0][start + i];
      plain[1][i] = in[1][start + i];
      plain[2][i] = book(true)[(int) in[2][start + i]] * in[4][start / 256];
      plain[3][i] = book(false)[(int) in[3][start + i]] * in[5][start / 256];
    }
    plain[4] = null;
    plain[5] = null;
    for (int i = 0; i < n; i++) {
      adamW(attrs, plain, i);
      in[0][start + i] = plain[0][i];
    }
    for (int moment = 2; moment < 4; moment++) {
      double scale = Arrays.stream(plain[moment]).map(Math::abs).max().orElse(0);
      in[moment + 2][start / 256] = scale;
      double[] book = book(moment == 2);
      for (int i = 0; i < n; i++) {
        double x = scale == 0 ? 0 : plain[moment][i] / scale;
        int best = moment == 3 && x > 0 ? 1 : 0;
        for (int c = best; c < 256; c++) {
          best = Math.abs(book[c] - x) < Math.abs(book[best] - x) ? c : best;
        }
        in[moment][start + i] = best;
      }
    }
  }

  /** The code book, written down from the paper once more. */
  private static double[] book(boolean signed) {
    List<Double> all = new ArrayList<>(List.of(0.0, 1.0));
    for (int i = 0; i < 7; i++) {
      int parts = (signed ? 1 : 2) << i;
      for (int j = 0; j < parts; j++) {
        double top = Math.pow(10, i - 6);
        float value = (float) ((0.1 + 0.45 / parts) * top) + j * (float) (0.9 / parts * top);
        assertThat(value).isCloseTo((float) (top * (0.1 + 0.9 * (j + 0.5) / parts)), within(1e-7f));
        all.add((double) value);
        if (signed) {
          all.add((double) -value);
        }
      }
    }
    return all.stream().mapToDouble(x -> x).sorted().toArray();
  }

  private static void lion(Object attrs, double[][] in, int i) {
    LionOp.Attrs a = (LionOp.Attrs) attrs;
    double g = in[1][i] * a.gradScale();
    double c = in[2][i] + (1 - a.beta1()) * (g - in[2][i]);
    in[0][i] -= a.lr() * ((c > 0 ? 1 : c < 0 ? -1 : 0) + a.weightDecay() * in[0][i]);
    in[2][i] += (1 - a.beta2()) * (g - in[2][i]);
  }

  private static void sgd(Object attrs, double[][] in, int i) {
    SgdOp.Attrs a = (SgdOp.Attrs) attrs;
    double g = a.gradScale() * in[1][i] + a.weightDecay() * in[0][i];
    double direction = g;
    if (a.momentum() > 0) {
      in[2][i] = a.first() ? g : in[2][i] * a.momentum() + g * (1 - a.dampening());
      direction = a.nesterov() ? g + a.momentum() * in[2][i] : in[2][i];
    }
    in[0][i] -= a.lr() * direction;
  }

  static Stream<OpCase> mutating() {
    return OpCases.all().stream().filter(c -> c.op().spec().mutates());
  }

  /** A single element or none is row-major whatever the strides. */
  static Stream<OpCase> mutatingSeveralElements() {
    return mutating().filter(c -> c.inputs().get(0).shape().numel() > 1);
  }

  @Test
  void everyMutatingOpHasItsFormulaHere() {
    assertThat(mutating().map(c -> c.op().name()).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(FORMULAS.keySet());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutating")
  void changesInputsAsTheFormulaSays(OpCase original) {
    for (DType type : List.of(DType.F32, DType.F64)) {
      OpCase c = original.rounded(type, InputForm.ROW_MAJOR);
      double[][] wanted = new double[c.inputs().size()][];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = c.inputs().get(i) == null ? null : c.inputs().get(i).values().clone();
      }
      for (int i = 0; i < wanted[0].length; i++) {
        FORMULAS.get(c.op().name()).apply(c.attrs(), wanted, i);
      }
      double tolerance = type == DType.F64 ? 1e-13 : c.op().spec().tolerance() / 10;
      for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
        try (Scope scope = Scope.open("mutate")) {
          Tensor[] in = c.tensors(device, type, InputForm.ROW_MAJOR);
          SampleInput gradient = c.inputs().get(1);
          in[1] = InputForm.TRANSPOSED.tensor(gradient.shape(), gradient.values(), type, device);
          assertThat(c.apply(in)).isEmpty();
          for (int i = 0; i < in.length; i++) {
            if (in[i] != null) {
              double allowed =
                  in[i].dtype() == DType.BF16
                      ? 0x1p-8
                      : in[i].dtype() == DType.F32 ? Math.max(1e-6, tolerance) : tolerance;
              Closeness.assertClose(
                  c + " " + type + " on " + device + " [" + i + "]",
                  in[i].toDoubleArray(),
                  wanted[i],
                  allowed,
                  allowed);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutatingSeveralElements")
  void refusesToChangeStridedInputs(OpCase c) {
    try (Scope scope = Scope.open("mutate")) {
      Tensor[] in = c.tensors(Device.CPU, DType.F32, InputForm.SLICED);
      assertThatThrownBy(() -> c.apply(in))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("is changed in place and must be row-major");
    }
  }
}
