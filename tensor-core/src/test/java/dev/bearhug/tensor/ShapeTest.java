package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.ShapeException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ShapeTest {

  @Test
  void countsElementsWithoutOverflow() {
    assertThat(Shape.scalar().numel()).isEqualTo(1);
    assertThat(Shape.of(3, 0, 5).numel()).isZero();
    assertThat(Shape.of(1L << 31, (1L << 32) - 1).numel()).isEqualTo((1L << 63) - (1L << 31));
    assertThat(Shape.of(1L << 40, 1L << 40, 0).numel()).isZero();
    assertThatThrownBy(() -> Shape.of(1L << 31, 1L << 32))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape: the number of elements of [2147483648, 4294967296] exceeds 2^63 - 1.");
    assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape: sizes must not be negative: [2, -1] has -1.");
  }

  @Test
  void axesCountFromBothEnds() {
    Shape s = Shape.of(2, 3, 4);
    assertThat(s.dim(-1)).isEqualTo(4);
    assertThat(s.without(-2)).isEqualTo(Shape.of(2, 4));
    assertThat(s.with(0, 7)).isEqualTo(Shape.of(7, 3, 4));
    assertThat(s.dropLast(2)).isEqualTo(Shape.of(2));
    assertThat(s.append(5, 6)).isEqualTo(Shape.of(2, 3, 4, 5, 6));
    for (int axis : new int[] {3, -4}) {
      assertThatThrownBy(() -> s.dim(axis))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "shape: axis "
                  + axis
                  + " does not exist in [2, 3, 4] of rank 3.\n  Axes count from 0, or from -1 at the end.");
    }
  }

  @Test
  void broadcastsFromTheLastAxis() {
    assertThat(Shape.broadcast("add", Shape.of(2, 1, 4), Shape.of(3, 1)))
        .isEqualTo(Shape.of(2, 3, 4));
    assertThat(Shape.broadcast("add", Shape.scalar(), Shape.of(2, 0))).isEqualTo(Shape.of(2, 0));
    assertThat(Shape.broadcast("add", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
    assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "add: shapes [2, 3] and [2] do not broadcast: axis -1 is 3 and 2 (neither is 1).\n"
                + "  Sizes are compared from the last axis backwards. Insert an axis of size 1 with"
                + " unsqueeze(axis), or check the axis order.");
    assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(8, 1, 1, 16), Shape.of(8, 16, 32)))
        .hasMessageContaining(
            "A padding mask of shape [batch, 1, 1, seq] belongs to the attention");
  }

  @Test
  void wrappedMemoryMustHaveTheSizeOfTheShape() {
    assertThatThrownBy(
            () -> Tensor.wrap(MemorySegment.NULL, Shape.of(1L << 62), DType.F32, new Object()))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "wrap: [4611686018427387904] of F32 needs 4611686018427387904 elements of 4 bytes, the"
                + " memory has 0 bytes.");
  }
}
