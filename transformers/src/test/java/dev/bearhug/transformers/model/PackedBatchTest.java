package dev.bearhug.transformers.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PackedBatchTest {

  private final Scope scope = Scope.open("test");

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor longs(int batch, long... values) {
    return Tensor.of(values, batch, values.length / batch);
  }

  private static TensorMap inputs(Tensor mask) {
    TensorMap map = TensorMap.of(Backbone.INPUT_IDS, longs(2, 1, 2, 3, 4, 5, 6));
    return mask == null ? map : map.put(Backbone.ATTENTION_MASK, mask);
  }

  @Test
  void leavesPaddingOutAndPutsItBack() {
    PackedBatch p = PackedBatch.of(inputs(longs(2, 1, 1, 0, 1, 1, 1)));
    Tensor ids = longs(2, 1, 2, 3, 4, 5, 6);
    assertThat(p.offsets().toDoubleArray()).containsExactly(0, 2, 5);
    assertThat(p.columns().toLongArray()).containsExactly(0, 1, 0, 1, 2);
    assertThat(p.pack(ids).toLongArray()).containsExactly(1, 2, 4, 5, 6);
    assertThat(p.unpack(p.pack(ids)).toLongArray()).containsExactly(1, 2, 0, 4, 5, 6);
  }

  @Test
  void keepsTheOrderAroundPaddingInTheMiddle() {
    PackedBatch p = PackedBatch.of(inputs(longs(2, 1, 0, 1, 1, 0, 0)));
    assertThat(p.offsets().toDoubleArray()).containsExactly(0, 2, 3);
    assertThat(p.columns().toLongArray()).containsExactly(0, 2, 0);
    assertThat(p.pack(longs(1, 7, 8, 9)).toLongArray()).containsExactly(7, 9, 7);
  }

  @Test
  void takesBatchesWithoutPaddingAsTheyAre() {
    for (Tensor mask : new Tensor[] {null, longs(2, 1, 1, 1, 1, 1, 1)}) {
      PackedBatch p = PackedBatch.of(inputs(mask));
      Tensor ids = longs(2, 1, 2, 3, 4, 5, 6);
      assertThat(p.offsets().toDoubleArray()).containsExactly(0, 3, 6);
      assertThat(p.pack(ids).storage()).as("no copy").isSameAs(ids.storage());
      assertThat(p.unpack(p.pack(ids)).shape()).isEqualTo(ids.shape());
    }
  }

  @Test
  void refusesWhatAPaddedBatchComputesDifferently() {
    assertThat(PackedBatch.of(inputs(longs(2, 0, 1, 1, 1, 1, 1)))).as("first place").isNull();
    assertThat(PackedBatch.of(inputs(Tensor.of(new long[18], 2, 3, 3)))).as("per query").isNull();
    TensorMap labelled = inputs(longs(2, 1, 1, 0, 1, 1, 1));
    assertThat(PackedBatch.of(labelled.put("labels", longs(2, 5, 5, 5, 5, 5, 5)))).isNull();
    assertThat(PackedBatch.of(labelled.put("labels", longs(2, 5, 5, -100, 5, 5, 5)))).isNotNull();
    assertThat(PackedBatch.of(labelled.put("labels", Tensor.of(new long[] {0, 1}, 2)))).isNotNull();
  }
}
