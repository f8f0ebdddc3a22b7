package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.error.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls that go wrong in one place: an input of another shape or type, or with numbers far outside
 * of what indices may be. Kernels work on bare addresses, so a rule that lets one of them pass
 * could end the process; both backends must refuse it with a text, or compute the same.
 */
class MutatedInputsTest {

  private static final double[] FAR = {
    Long.MIN_VALUE, -1L << 40, -1, 1L << 31, 1L << 52, Long.MAX_VALUE
  };

  static Stream<OpCase> cases() {
    return OpCases.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void areRefusedWithATextOrComputedAlike(OpCase c) {
    for (int i = 0; i < c.inputs().size(); i++) {
      for (SampleInput wrong : wrong(c.inputs().get(i))) {
        SampleInput[] changed = c.inputs().toArray(new SampleInput[0]);
        changed[i] = wrong;
        check(
            new OpCase(c.op(), c.number(), c.attrs(), Arrays.asList(changed)),
            c + ", input " + i + " " + (wrong == null ? "absent" : describe(wrong)),
            isFar(wrong));
      }
    }
  }

  private static String describe(SampleInput input) {
    return input.dtype() + input.shape().toString() + " " + Arrays.toString(input.values());
  }

  private static boolean isFar(SampleInput input) {
    return input != null
        && input.dtype() == DType.I64
        && Arrays.stream(input.values()).anyMatch(v -> Math.abs(v) >= 1L << 31);
  }

  private static void check(OpCase c, String what, boolean far) {
    Object cpu = run(c, Device.CPU);
    Object reference = run(c, Device.REFERENCE);
    if (cpu instanceof RuntimeException a) {
      assertThat(a)
          .as(what)
          .satisfiesAnyOf(
              e -> assertThat(e).isInstanceOf(TensorException.class),
              e -> assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class));
      assertThat(a.getMessage()).as(what).contains(": ");
      assertThat(reference).as(what + ": " + a).hasSameClassAs(a);
      assertThat((RuntimeException) reference).as(what).hasMessage(a.getMessage());
      return;
    }
    assertThat(reference).as(what).isInstanceOf(OpCase.Result.class);
    if (far) {
      return; // Where far numbers are no indices, as in rotary, only the rounding differs.
    }
    boolean low = c.inputs().stream().anyMatch(i -> i != null && i.dtype() == DType.BF16);
    Closeness.assertClose(
        what, (OpCase.Result) cpu, (OpCase.Result) reference, low ? 0x1p-5 : 1e-3);
  }

  private static Object run(OpCase c, Device device) {
    try {
      return c.forward(device, DType.F32, InputForm.ROW_MAJOR);
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static List<SampleInput> wrong(SampleInput in) {
    List<SampleInput> all = new ArrayList<>();
    if (in == null) {
      return all;
    }
    all.add(null);
    long[] dims = in.shape().dims();
    for (int a = 0; a < dims.length; a++) {
      all.add(resized(in, in.shape().with(a, dims[a] + 1)));
      all.add(resized(in, in.shape().with(a, Math.max(0, dims[a] - 1))));
      all.add(resized(in, in.shape().with(a, 0)));
      all.add(resized(in, in.shape().without(a)));
    }
    all.add(resized(in, in.shape().append(1)));
    all.add(resized(in, in.shape().append(2)));
    for (DType other : List.of(DType.BF16, DType.I64, DType.I32, DType.BOOL, DType.U8)) {
      if (other != in.dtype()) {
        all.add(new SampleInput(in.shape(), other, in.values(), false));
      }
    }
    if (in.dtype() == DType.I64 && in.shape().numel() > 0) {
      for (double far : FAR) {
        double[] values = in.values().clone();
        values[values.length / 2] = far;
        all.add(in.with(values));
      }
    }
    return all;
  }

  private static SampleInput resized(SampleInput in, Shape shape) {
    double[] values = new double[(int) shape.numel()];
    for (int i = 0; i < values.length && in.values().length > 0; i++) {
      values[i] = in.values()[i % in.values().length];
    }
    return new SampleInput(shape, in.dtype(), values, false);
  }
}
