package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorPrinterTest {

  private final Scope scope = Scope.open("test");

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void alignsColumnsWithNonFiniteValues() {
    Tensor t = Tensor.of(new float[] {1.5f, Float.NaN, -2, Float.NEGATIVE_INFINITY}, 2, 2);
    assertThat(t)
        .hasToString("tensor([[ 1.5000,     nan],\n        [-2.0000,    -inf]], F32[2, 2])");
    assertThat(t.transpose(0, 1).to(DType.F64))
        .hasToString("tensor([[ 1.5000, -2.0000],\n        [    nan,    -inf]], F64[2, 2])");
  }

  @Test
  void choosesWholeDecimalOrScientificNumbers() {
    assertThat(Tensor.of(new float[] {1, -20, 0}))
        .hasToString("tensor([  1., -20.,   0.], F32[3])");
    assertThat(Tensor.of(new float[] {1e-5f, 2}))
        .hasToString("tensor([1.0000e-05, 2.0000e+00], F32[2])");
    assertThat(Tensor.of(new double[] {1e9})).hasToString("tensor([1.0000e+09], F64[1])");
    assertThat(Tensor.zeros(2)).hasToString("tensor([0., 0.], F32[2])");
    assertThat(Tensor.of(new long[] {Long.MIN_VALUE, 7}))
        .hasToString("tensor([-9223372036854775808,                    7], I64[2])");
    assertThat(Tensor.of(new boolean[] {true, false}))
        .hasToString("tensor([ true, false], BOOL[2])");
  }

  @Test
  void printsScalarsEmptyTensorsAndOtherDevices() {
    assertThat(Tensor.scalar(2.5, DType.F32, Device.CPU)).hasToString("tensor(2.5000, F32[])");
    assertThat(Tensor.zeros(0, 3)).hasToString("tensor([], F32[0, 3])");
    assertThat(Tensor.ones(1).to(Device.REFERENCE).toString())
        .isEqualTo("tensor([1.], F32[1], " + Device.REFERENCE + ")");
  }

  @Test
  void leavesOutTheMiddleOfLargeTensors() {
    assertThat(Tensor.arange(1001, Device.CPU))
        .hasToString("tensor([   0,    1,    2, ...,  998,  999, 1000], I64[1001])");
    String text = Tensor.zeros(40, 30, 2).toString();
    assertThat(text)
        .startsWith("tensor([[[0., 0.],\n         [0., 0.],")
        .contains(",\n\n        ...,\n\n");
    assertThat(text.split("0\\.", -1)).hasSize(6 * 6 * 2 + 1);
    // Only what is shown is read and decides the format.
    long[] many = new long[2000];
    many[1000] = 123456789;
    assertThat(Tensor.of(many)).hasToString("tensor([0, 0, 0, ..., 0, 0, 0], I64[2000])");
  }

  @Test
  void breaksLongLines() {
    String text = Tensor.arange(100, Device.CPU).toString();
    assertThat(text.lines()).allMatch(line -> line.length() <= 90).hasSizeGreaterThan(4);
    assertThat(text.lines().skip(1)).allMatch(line -> line.startsWith("        "));
  }
}
