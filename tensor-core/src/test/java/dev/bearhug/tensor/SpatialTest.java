package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.std.Conv2dOp;
import dev.bearhug.tensor.op.std.PoolWindow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Convolution and pooling of one and two axes, with and without a batch. */
class SpatialTest {

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor row(float... values) {
    return Tensor.of(values, 1, values.length);
  }

  @Test
  void convolvesOneAxis() {
    Tensor x = row(1, 2, 3, 4);
    Tensor w = Tensor.of(new float[] {1, 10}, 1, 1, 2);
    assertThat(x.conv1d(w, null, 1, 0, 1, 1).toFloatArray()).containsExactly(21, 32, 43);
    assertThat(x.unsqueeze(0).conv1d(w, null, 2, 1, 1, 1).toFloatArray())
        .containsExactly(10, 32, 4);
    Tensor bias = Tensor.of(new float[] {0.5f});
    assertThat(Spatial.conv1d(x, w, bias, Conv2dOp.Axis.same(2, 1), 1).toFloatArray())
        .containsExactly(21.5f, 32.5f, 43.5f, 4.5f);
  }

  @Test
  void convolvesTwoAxes() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3);
    Tensor w = Tensor.of(new float[] {1, 10, 100, 1000}, 1, 1, 2, 2);
    assertThat(x.conv2d(w, null, 1, 0, 1, 1).toFloatArray())
        .containsExactly(5421, 6532, 8754, 9865);
    assertThat(x.conv2d(w, null, 1, 0, 2, 1).toFloatArray()).containsExactly(9731);
  }

  @Test
  void transposedConvolutionSpreadsEachElement() {
    Tensor x = row(1, 2, 3);
    Tensor w = Tensor.of(new float[] {1, 10}, 1, 1, 2);
    Conv2dOp.Axis two = Conv2dOp.Axis.of(2, 0, 1);
    assertThat(Spatial.convTranspose1d(x, w, null, Conv2dOp.Axis.VALID, 0, 1).toFloatArray())
        .containsExactly(1, 12, 23, 30);
    assertThat(Spatial.convTranspose1d(x, w, null, two, 1, 1).toFloatArray())
        .containsExactly(1, 10, 2, 20, 3, 30, 0);
    Tensor square = Tensor.of(new float[] {1, 10, 100, 1000}, 1, 1, 2, 2);
    Tensor bias = Tensor.of(new float[] {1});
    assertThat(
            Spatial.convTranspose2d(
                    Tensor.of(new float[] {1, 2}, 1, 1, 2), square, bias, two, two, 0, 0, 1)
                .toFloatArray())
        .containsExactly(2, 11, 3, 21, 101, 1001, 201, 2001);
  }

  @Test
  void poolsOneAxis() {
    Tensor x = row(1, 5, 2, 4, 3);
    PoolWindow window = PoolWindow.of(3, 2, 1);
    assertThat(Spatial.maxPool1d(x, window, false).toFloatArray()).containsExactly(5, 5, 4);
    assertThat(Spatial.avgPool1d(x, window, false, true).toFloatArray())
        .containsExactly(new float[] {2, 11 / 3f, 7 / 3f}, within(1e-6f));
    assertThat(Spatial.avgPool1d(x, window, false, false).toFloatArray())
        .containsExactly(new float[] {3, 11 / 3f, 3.5f}, within(1e-6f));
    PoolWindow two = PoolWindow.of(2, 2, 0);
    assertThat(Spatial.maxPool1d(x, two, true).toFloatArray()).containsExactly(5, 4, 3);
    assertThat(Spatial.maxPool1d(x, two, false).toFloatArray()).containsExactly(5, 4);
    assertThat(Spatial.avgPool1d(x, two, true, true).toFloatArray()).containsExactly(3, 3, 3);
  }

  @Test
  void notANumberIsTheLargest() {
    Tensor x = row(1, Float.NaN, 2, 0);
    for (Device device : new Device[] {Device.CPU, Device.REFERENCE}) {
      assertThat(Spatial.maxPool1d(x.to(device), PoolWindow.of(2, 2, 0), false).toFloatArray())
          .containsExactly(Float.NaN, 2);
    }
  }

  @Test
  void poolsTwoAxes() {
    Tensor x = Tensor.arange(16, Device.CPU).to(DType.F32).reshape(1, 1, 4, 4);
    PoolWindow two = PoolWindow.of(2, 2, 0);
    assertThat(Spatial.maxPool2d(x, two, two, false).toFloatArray()).containsExactly(5, 7, 13, 15);
    assertThat(Spatial.avgPool2d(x, two, two, false, true, 0).toFloatArray())
        .containsExactly(2.5f, 4.5f, 10.5f, 12.5f);
    assertThat(Spatial.avgPool2d(x, two, two, false, true, 2).toFloatArray())
        .containsExactly(5, 9, 21, 25);
  }

  @Test
  void adaptiveWindowsShareTheAxis() {
    Tensor x = row(1, 2, 3, 4, 5);
    assertThat(Spatial.adaptiveAvgPool1d(x, 2).toFloatArray()).containsExactly(2, 4);
    assertThat(Spatial.adaptiveAvgPool1d(x, 1).toFloatArray()).containsExactly(3);
    Tensor square = Tensor.arange(12, Device.CPU).to(DType.F32).reshape(1, 3, 4);
    assertThat(Spatial.adaptiveAvgPool2d(square, 1, 2).toFloatArray())
        .containsExactly(new float[] {4.5f, 6.5f}, within(1e-5f));
  }

  @Test
  void errorsNameTheAxes() {
    Tensor w = Tensor.ones(1, 1, 2);
    assertThatThrownBy(() -> Tensor.ones(3).conv1d(w, null, 1, 0, 1, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "conv1d: x is [3] but must be [batch, channels, length]; the batch may be absent.");
    assertThatThrownBy(() -> row(1, 2).conv1d(Tensor.ones(2, 2), null, 1, 0, 1, 1))
        .hasMessage("conv1d: weight is [2, 2] but must have 3 axes, the kernel last.");
  }
}
