package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading and writing by index tensors, against elements named by hand. */
class IndexingTest {

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** The numbers 0, 1, 2, ... */
  private static Tensor counting(long... shape) {
    return Tensor.arange(Shape.of(shape).numel(), Device.CPU).to(DType.F32).reshape(shape);
  }

  private static Tensor index(long... values) {
    return Tensor.of(values);
  }

  @Test
  void leadingIndicesSelectTogether() {
    Tensor x = counting(3, 4, 2);
    Tensor y = Indexing.at(x, index(2, 0, -1), index(1, -4, 3));
    assertThat(y.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(y.toFloatArray()).containsExactly(18, 19, 0, 1, 22, 23);
  }

  @Test
  void indicesBroadcast() {
    Tensor x = counting(3, 4);
    Tensor y = Indexing.at(x, index(0, 2).unsqueeze(1), index(1, 3));
    assertThat(y.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(y.toFloatArray()).containsExactly(1, 3, 9, 11);
  }

  @Test
  void neighbouringIndicesStayInTheirPlaceOthersComeFirst() {
    Tensor x = counting(2, 3, 4);
    Tensor last = Indexing.at(x, null, null, index(3, 0));
    assertThat(last.shape()).isEqualTo(Shape.of(2, 3, 2));
    assertThat(last.toFloatArray()).containsExactly(3, 0, 7, 4, 11, 8, 15, 12, 19, 16, 23, 20);
    Tensor middle = Indexing.at(x, null, index(2, 0), index(1, 1));
    assertThat(middle.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(middle.toFloatArray()).containsExactly(9, 1, 21, 13);
    Tensor apart = Indexing.at(x, index(1, 0), null, index(2, 3));
    assertThat(apart.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(apart.toFloatArray()).containsExactly(14, 18, 22, 3, 7, 11);
    Tensor square = Indexing.at(x, null, index(2, 0, 1, 1).reshape(2, 2));
    assertThat(square.shape()).isEqualTo(Shape.of(2, 2, 2, 4));
    assertThat(square.slice(0, 1, 2).slice(1, 0, 1).toFloatArray())
        .containsExactly(20, 21, 22, 23, 12, 13, 14, 15);
  }

  @Test
  void masksStandForWhereTheyHold() {
    Tensor x = counting(2, 3);
    Tensor mask = Tensor.of(new boolean[] {true, false, true, false, false, true}, 2, 3);
    assertThat(Indexing.at(x, mask).toFloatArray()).containsExactly(0, 2, 5);
    assertThat(x.maskedSelect(mask).toFloatArray()).containsExactly(0, 2, 5);
    assertThat(mask.nonzero().toLongArray()).containsExactly(0, 0, 0, 2, 1, 2);
    Tensor columns = Tensor.of(new boolean[] {false, true, true});
    assertThat(Indexing.at(x, null, columns).toFloatArray()).containsExactly(1, 2, 4, 5);
    assertThat(x.maskedSelect(columns).toFloatArray()).containsExactly(1, 2, 4, 5);
    Tensor none = Tensor.of(new boolean[] {false, false, false});
    assertThat(x.maskedSelect(none).shape()).isEqualTo(Shape.of(0));
  }

  @Test
  void writesLastOrAllValues() {
    Tensor x = Tensor.zeros(2, 3);
    Tensor rows = index(0, 1, 1, 0);
    Tensor columns = index(2, 0, 0, 1);
    Tensor values = Tensor.of(new float[] {1, 2, 3, 4});
    assertThat(Indexing.put(x, values, rows, columns).toFloatArray())
        .containsExactly(0, 4, 1, 3, 0, 0);
    assertThat(Indexing.putAdd(x, values, rows, columns).toFloatArray())
        .containsExactly(0, 4, 1, 5, 0, 0);
    assertThat(
            Indexing.put(x, Tensor.scalar(7, DType.F32, Device.CPU), null, index(-1))
                .toFloatArray())
        .containsExactly(0, 0, 7, 0, 0, 7);
    assertThat(x.toFloatArray()).containsOnly(0);
  }

  @Test
  void writesToAxesBehindOthers() {
    Tensor x = counting(2, 2, 3);
    Tensor values = Tensor.of(new float[] {10, 20, 30, 40}, 2, 2);
    Tensor y = Indexing.putAdd(x, values, null, index(1, 0), index(2, 2));
    assertThat(y.toFloatArray()).containsExactly(0, 1, 22, 3, 4, 15, 6, 7, 48, 9, 10, 41);
  }

  @Test
  void axesOfOneAndTakingByNumber() {
    Tensor x = counting(2, 3);
    assertThat(Indexing.take(x, index(5, -6, 1).reshape(3, 1)).toFloatArray())
        .containsExactly(5, 0, 1);
    assertThat(x.takeAlongAxis(index(2, 0).reshape(1, 2), 1).toFloatArray())
        .containsExactly(2, 0, 5, 3);
    assertThat(Indexing.scatter(x, 1, index(1, 0).reshape(2, 1), -1).toFloatArray())
        .containsExactly(0, -1, 2, -1, 4, 5);
    // A larger source is cut to the index.
    assertThat(Indexing.scatterAdd(x, 1, index(1, 0).reshape(2, 1), x).toFloatArray())
        .containsExactly(0, 1, 2, 6, 4, 5);
    assertThat(Indexing.indexFill(x, 1, index(0, 2), 9).toFloatArray())
        .containsExactly(9, 1, 9, 9, 4, 9);
    assertThat(Indexing.repeatInterleave(x, index(2, 0, 1), 1).toFloatArray())
        .containsExactly(0, 0, 2, 3, 3, 5);
  }

  @Test
  void countsAndClasses() {
    assertThat(Indexing.bincount(index(1, 3, 1), null, 0).toLongArray())
        .containsExactly(0, 2, 0, 1);
    assertThat(Indexing.bincount(index(), null, 2).toLongArray()).containsExactly(0, 0);
    Tensor weights = Tensor.of(new float[] {0.5f, 2, 1});
    assertThat(Indexing.bincount(index(1, 3, 1), weights, 5).toFloatArray())
        .containsExactly(0, 1.5f, 0, 2, 0);
    assertThat(index(1, 0).oneHot(3).toLongArray()).containsExactly(0, 1, 0, 1, 0, 0);
    assertThat(Indexing.oneHot(index(1, 0)).shape()).isEqualTo(Shape.of(2, 2));
  }

  @Test
  void errorsNamePositionAndRule() {
    Tensor x = counting(3, 4);
    assertThatThrownBy(() -> Indexing.at(x, index(0, 1), index(1, 4)))
        .isInstanceOf(IndexException.class)
        .hasMessage("index: index 4 at position (1) is outside [-4, 4).");
    assertThatThrownBy(() -> Indexing.put(x, x, index(-4)))
        .isInstanceOf(IndexException.class)
        .hasMessage("index_put: index -4 at position (0) is outside [-3, 3).");
    assertThatThrownBy(() -> Indexing.at(x, index(0), index(0), index(0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("index: there are indices for 3 axes but [3, 4] has 2.");
    assertThatThrownBy(() -> Indexing.at(x))
        .hasMessage("index: no index was given for [3, 4] (at least one must not be null).");
    assertThatThrownBy(() -> Indexing.at(x, Tensor.of(new boolean[] {true, false})))
        .hasMessage("index: the mask [2] does not fit the axes of [3, 4] from axis 0 on.");
    assertThatThrownBy(() -> Indexing.bincount(index(-1), null, 3))
        .hasMessage("bincount: index -1 at position (0) is outside [0, 3).");
    assertThatThrownBy(() -> Indexing.oneHot(index()))
        .hasMessage("one_hot: the number of classes of an empty tensor is unknown. Give it.");
    assertThatThrownBy(() -> Indexing.repeatInterleave(x, index(1, 2), 0))
        .hasMessage(
            "repeat_interleave: repeats is [2] but must be [3]: one number per element of axis 0 of"
                + " [3, 4].");
    assertThatThrownBy(() -> x.split(1, 1, 2))
        .hasMessage("split: parts of [1, 2] do not make up axis 1 of [3, 4] (size 4).");
    assertThatThrownBy(() -> x.expand(-1, 3, 4))
        .hasMessage(
            "expand: a size of -1 needs an axis to keep, new leading axes have none: [3, 4] to [-1,"
                + " 3, 4].");
    assertThatThrownBy(() -> x.pad(0, 1))
        .hasMessage(
            "pad: padding [1] does not fit 2 axes (a pair per axis, from the last one on).");
    assertThatThrownBy(() -> x.dot(x))
        .hasMessage("dot: [3, 4] and [3, 4] must be vectors of one size.");
  }

  @Test
  void viewsShareMemory() {
    Tensor x = counting(4, 6);
    assertThat(x.unfold(1, 3, 2).address()).isEqualTo(x.address());
    assertThat(x.diagonal(0, 0, 1).toFloatArray()).containsExactly(0, 7, 14, 21);
    assertThat(x.diagonal(0, 0, 1).address()).isEqualTo(x.address());
    assertThat(x.flatten(0, 1).address()).isEqualTo(x.address());
    assertThat(x.movedim(1, 0).address()).isEqualTo(x.address());
    assertThat(counting(2, 3, 4, 5).movedim(-1, 1).shape()).isEqualTo(Shape.of(2, 5, 3, 4));
    assertThat(x.chunk(1, 4)[2].address()).isEqualTo(x.address() + 16);
    assertThat(x.slice(1, -3, 6, 2).toFloatArray()).containsExactly(3, 5, 9, 11, 15, 17, 21, 23);
  }

  @Test
  void vectorsMultiplyAsRowsAndColumns() {
    Tensor v = Tensor.of(new float[] {1, 2, 3});
    Tensor m = counting(3, 2);
    assertThat(v.matmul(v).shape()).isEqualTo(Shape.scalar());
    assertThat(v.matmul(v).item()).isEqualTo(14);
    assertThat(v.matmul(m).toFloatArray()).containsExactly(16, 22);
    assertThat(m.transpose(0, 1).matmul(v).toFloatArray()).containsExactly(16, 22);
    assertThat(v.matmul(counting(5, 3, 2)).shape()).isEqualTo(Shape.of(5, 2));
    assertThat(counting(5, 2, 3).matmul(v).shape()).isEqualTo(Shape.of(5, 2));
    assertThat(v.outer(v.add(1)).toFloatArray()).containsExactly(2, 3, 4, 4, 6, 8, 6, 9, 12);
    assertThat(Tensor.stack(-1, v, v).toFloatArray()).containsExactly(1, 1, 2, 2, 3, 3);
  }

  @Test
  void factorZeroIgnoresWhatIsNoNumber() {
    Tensor nan = Tensor.full(Shape.of(2), Double.NaN, DType.F32, Device.CPU);
    Tensor a = Tensor.ones(2, 2);
    assertThat(Products.addmm(nan, a, a, 0, 1).toFloatArray()).containsOnly(2);
    assertThat(Products.addmm(nan, a, a).toFloatArray()).containsOnly(Float.NaN);
  }

  @Test
  void trianglesCutWhatIsNoNumber() {
    Tensor nan = Tensor.full(Shape.of(2, 2), Double.NaN, DType.F32, Device.CPU);
    assertThat(nan.tril(0).toFloatArray()).containsExactly(Float.NaN, 0, Float.NaN, Float.NaN);
    assertThat(nan.triu(1).toFloatArray()).containsExactly(0, Float.NaN, 0, 0);
  }
}
