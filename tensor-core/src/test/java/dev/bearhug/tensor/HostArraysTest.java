package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.ReleasedTensorException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostArraysTest {

  private final Scope scope = Scope.open("test");

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void nestedArraysComeBackAsTheyWere() {
    Object[] arrays = {
      new float[][] {{1, 2, 3}, {4, 5, 6}},
      new double[][][] {{{1}, {2}}, {{3}, {4}}},
      new long[] {1L << 60, -1},
      new int[][] {{1}, {-2}},
      new byte[][] {{1, -1}},
      new boolean[][] {{true, false}, {false, false}},
      new float[0][3],
      new float[2][0]
    };
    DType[] types = {
      DType.F32, DType.F64, DType.I64, DType.I32, DType.U8, DType.BOOL, DType.F32, DType.F32
    };
    for (int i = 0; i < arrays.length; i++) {
      Tensor t = Tensor.ofNested(arrays[i]);
      assertThat(t.dtype()).isEqualTo(types[i]);
      assertThat(Objects.deepEquals(t.toNestedArray(), arrays[i])).as("array %d", i).isTrue();
    }
    assertThat(Tensor.ofNested(new float[3][4]).shape()).isEqualTo(Shape.of(3, 4));
    assertThat((float[]) Tensor.scalar(2, DType.BF16, Device.CPU).toNestedArray())
        .containsExactly(2);
    Tensor columns = Tensor.ofNested(new float[][] {{1, 2}, {3, 4}}).transpose(0, 1);
    assertThat((float[][]) columns.toNestedArray()).isDeepEqualTo(new float[][] {{1, 3}, {2, 4}});
  }

  @Test
  void refusesRaggedAndOtherArrays() {
    assertThatThrownBy(() -> Tensor.ofNested(new float[][] {{1}, {1, 2}}))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("float[][] cannot become a tensor")
        .hasMessageContaining("along axis 1 there are 1 and 2");
    assertThatThrownBy(() -> Tensor.ofNested(new float[][] {{1}, null}))
        .hasMessageContaining("there are 1 and none");
    assertThatThrownBy(() -> Tensor.ofNested(new String[] {"a"}))
        .hasMessageContaining("must hold float, double, long, int, byte or boolean");
    assertThatThrownBy(() -> Tensor.ofNested("a")).hasMessageContaining("must be an array");
    byte[] row = new byte[1 << 20];
    byte[][] rows = new byte[1 << 20][];
    byte[][][] planes = new byte[1 << 20][][];
    byte[][][][] cubes = new byte[1 << 20][][][];
    Arrays.fill(rows, row);
    Arrays.fill(planes, rows);
    Arrays.fill(cubes, planes);
    assertThatThrownBy(() -> Tensor.ofNested(cubes))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("of at most 2147483639 values");
  }

  @Test
  void readsNarrowArraysExactly() {
    Tensor t = Tensor.of(new long[] {1, 255, -128});
    assertThat(t.toIntArray()).containsExactly(1, 255, -128);
    assertThat(t.toByteArray()).containsExactly(1, -1, -128);
    assertThat(t.toBooleanArray()).containsExactly(true, true, true);
    assertThatThrownBy(() -> Tensor.of(new long[] {1L << 31}).toIntArray())
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Tensor.of(new int[] {256}).toByteArray())
        .hasMessage("toByteArray: 256 does not fit a byte.");
    assertThat(Tensor.of(new byte[] {-1, 3}).toLongArray()).containsExactly(255, 3);
  }

  @Test
  void wrapsMemoryWithoutACopy() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(24, 4);
      Tensor t = Tensor.wrap(memory, Shape.of(2, 3), DType.F32);
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 4, 7);
      assertThat(t.toFloatArray()).containsExactly(0, 0, 0, 0, 7, 0);
      t.fill(2);
      assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT, 5)).isEqualTo(2);
      assertThat(t.asSegment().address()).isEqualTo(memory.address());
    }
  }

  @Test
  void aClosedArenaIsNoticed() {
    Tensor t;
    Arena arena = Arena.ofConfined();
    MemorySegment memory = arena.allocate(8, 4);
    t = Tensor.wrap(memory, Shape.of(2), DType.F32);
    arena.close();
    for (Runnable use : new Runnable[] {t::toFloatArray, () -> t.add(1), t::asSegment, t::detach}) {
      assertThatThrownBy(use::run)
          .isInstanceOf(ReleasedTensorException.class)
          .hasMessageContaining("the arena of the memory that F32[2] wraps is closed");
    }
    assertThat(t).hasToString("F32[2] (released)");
    assertThatThrownBy(() -> Tensor.wrap(memory, Shape.of(2), DType.F32))
        .isInstanceOf(ReleasedTensorException.class)
        .hasMessageContaining("the arena of the memory is closed");
  }

  @Test
  void refusesMemoryThatDoesNotFit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(16, 8);
      assertThatThrownBy(() -> Tensor.wrap(memory, Shape.of(3), DType.F32))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[3] of F32 needs 3 elements of 4 bytes, the memory has 16 bytes");
      assertThatThrownBy(() -> Tensor.wrap(memory.asSlice(2, 8), Shape.of(2), DType.F32))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("is not aligned to the 4 bytes of F32");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(memory.asReadOnly(), Shape.of(4), DType.F32))
          .withMessageContaining("native and writable, this is read-only");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> Tensor.wrap(MemorySegment.ofArray(new float[2]), Shape.of(2), DType.F32))
          .withMessageContaining("this is on the heap");
    }
  }

  @Test
  void segmentsOfTensorsAreReadOnly() {
    MemorySegment bytes = Tensor.of(new float[] {1, 2}).asSegment();
    assertThat(bytes.getAtIndex(ValueLayout.JAVA_FLOAT, 1)).isEqualTo(2);
    assertThat(bytes.byteSize()).isEqualTo(8);
    assertThat(bytes.isReadOnly()).isTrue();
    assertThatThrownBy(() -> Tensor.ones(2, 3).transpose(0, 1).asSegment())
        .isInstanceOf(ShapeException.class);
    Tensor t = Tensor.ones(3);
    int version = t.storage().version();
    t.asSegment();
    assertThat(t.storage().version()).as("looking is no change").isEqualTo(version);
  }
}
