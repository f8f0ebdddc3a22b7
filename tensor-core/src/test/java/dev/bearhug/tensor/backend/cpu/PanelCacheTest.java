package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;
import dev.bearhug.tensor.op.std.LinearOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PanelCacheTest {

  private static final long ROWS = 128;
  private static final long COLS = 320;
  private static final long DEPTH = 256;
  private static final long BYTES = 5 * PanelPacking.panelBytes(DType.F32, DEPTH);

  private static Tensor ramp(long rows, long cols) {
    float[] values = new float[(int) (rows * cols)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 31 % 17 - 8) / 8f;
    }
    return Tensor.of(values).reshape(rows, cols);
  }

  private static Tensor linear(Tensor x, Tensor w) {
    return Dispatcher.call(LinearOp.INSTANCE, null, x, w, null);
  }

  private static void assertProduct(Tensor x, Tensor w) {
    try (Scope scope = Scope.open("check")) {
      float[] y = linear(x, w).toFloatArray();
      float[] a = x.toFloatArray();
      float[] b = w.toFloatArray();
      for (int i : new int[] {0, 77, 127}) {
        for (int j : new int[] {0, 63, 64, 319}) {
          double sum = 0;
          for (int t = 0; t < DEPTH; t++) {
            sum += (double) a[(int) (i * DEPTH + t)] * b[(int) (j * DEPTH + t)];
          }
          assertThat((double) y[(int) (i * COLS + j)]).isCloseTo(sum, within(1e-3));
        }
      }
    }
  }

  private static void needsPanels() {
    assumeTrue(
        GemmSelector.shared().gemm().name().equals("onednn"), GemmSelector.shared().report());
  }

  @Test
  void memoryThatOthersWriteToIsReadEachTime() {
    try (Arena arena = Arena.ofShared();
        Scope scope = Scope.open("test")) {
      MemorySegment memory = arena.allocate(4 * COLS * DEPTH, 64);
      Tensor w = Tensor.wrap(memory, Shape.of(COLS, DEPTH), DType.F32);
      Tensor x = ramp(ROWS, DEPTH);
      for (int i = 0; i < 5; i++) {
        for (long j = 0; j < COLS * DEPTH; j++) {
          memory.setAtIndex(ValueLayout.JAVA_FLOAT, j, (i + j) % 7);
        }
        assertProduct(x, w);
      }
    }
  }

  @Test
  void aWeightThatComesAgainIsPackedOnceAndFollowsEveryChange() {
    needsPanels();
    long before = PanelCache.SHARED.bytes();
    try (Scope scope = Scope.open("test")) {
      Tensor x = ramp(ROWS, DEPTH);
      Tensor w = ramp(COLS, DEPTH);
      assertProduct(x, w);
      assertThat(PanelCache.SHARED.bytes()).isEqualTo(before);
      assertProduct(x, w);
      assertThat(PanelCache.SHARED.bytes()).isEqualTo(before + BYTES);
      assertProduct(x, w);
      assertThat(PanelCache.SHARED.bytes()).isEqualTo(before + BYTES);

      Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, w, Tensor.ones(COLS, DEPTH));
      assertThat(PanelCache.SHARED.bytes()).isEqualTo(before);
      for (int i = 0; i < 3; i++) {
        assertProduct(x, w);
      }
      w.slice(0, 64, 65).fill(7);
      for (int i = 0; i < 3; i++) {
        assertProduct(x, w);
      }
      assertThat(PanelCache.SHARED.bytes()).isEqualTo(before + BYTES);
    }
    assertThat(PanelCache.SHARED.bytes()).isEqualTo(before);
  }

  @Test
  void copiesCountAsMemoryInUseAndGoWithTheirWeight() {
    needsPanels();
    long live = SegmentPool.SHARED.stats().live();
    long buffers = SegmentPool.SHARED.stats().buffers();
    try (Scope scope = Scope.open("test")) {
      Tensor x = ramp(ROWS, DEPTH);
      try (Scope inner = Scope.open("weight")) {
        Tensor w = ramp(COLS, DEPTH);
        long alone = SegmentPool.SHARED.stats().live();
        assertProduct(x, w);
        assertProduct(x, w);
        assertThat(SegmentPool.SHARED.stats().live()).isGreaterThanOrEqualTo(alone + BYTES);
      }
    }
    assertThat(SegmentPool.SHARED.stats().live()).isEqualTo(live);
    assertThat(SegmentPool.SHARED.stats().buffers()).isEqualTo(buffers);
  }

  @Test
  void theLeastRecentlyUsedCopyMakesRoom() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = ramp(8, 8);
      Tensor b = ramp(8, 8);
      Tensor c = ramp(8, 8);
      long half = 64 + SegmentPool.SHARED.stats().live();
      PanelCache cache = new PanelCache(2 * half);
      for (Tensor t : new Tensor[] {a, b, c}) {
        assertThat(twice(cache, t, half)).isTrue();
        assertThat(cache.bytes()).isLessThanOrEqualTo(2 * half);
      }
      assertThat(twice(cache, c, half)).isFalse();
      assertThat(twice(cache, b, half)).isFalse();
      assertThat(twice(cache, a, half)).isTrue();
      assertThat(twice(cache, b, half)).isFalse();
      assertThat(twice(cache, c, 4 * half)).isFalse();
      cache.clear();
      assertThat(cache.bytes()).isZero();
    }
  }

  /** Asks twice; whether the second time gave a copy to be filled. */
  private static boolean twice(PanelCache cache, Tensor t, long size) {
    PanelCache.Matrix matrix =
        new PanelCache.Matrix(t.storage().address(), GemmOperand.rows(8), 8, 8);
    boolean fresh = false;
    for (int i = 0; i < 2; i++) {
      try (PanelCache.Copy copy = cache.acquire(t.storage(), matrix, size)) {
        if (copy != null && copy.isNew()) {
          fresh = true;
          copy.publish();
        }
      }
    }
    return fresh;
  }

  @Test
  void aCopyInUseOutlivesItsRemoval() {
    PanelCache cache = new PanelCache(1L << 40);
    try (Scope scope = Scope.open("test")) {
      Tensor t = ramp(8, 8);
      assertThat(twice(cache, t, 1000)).isTrue();
      PanelCache.Matrix matrix =
          new PanelCache.Matrix(t.storage().address(), GemmOperand.rows(8), 8, 8);
      try (PanelCache.Copy copy = cache.acquire(t.storage(), matrix, 1000)) {
        t.fill(1);
        cache.clear();
        assertThat(cache.bytes()).isEqualTo(1000);
        assertThat(copy.address()).isNotZero();
      }
      assertThat(cache.bytes()).isZero();
    }
  }

  @Test
  void aCopyThatWasNotFinishedIsThrownAway() {
    PanelCache cache = new PanelCache(1L << 40);
    try (Scope scope = Scope.open("test")) {
      Tensor t = ramp(8, 8);
      PanelCache.Matrix matrix =
          new PanelCache.Matrix(t.storage().address(), GemmOperand.rows(8), 8, 8);
      assertThat(cache.acquire(t.storage(), matrix, 64)).isNull();
      try (PanelCache.Copy failed = cache.acquire(t.storage(), matrix, 64)) {
        assertThat(failed.isNew()).isTrue();
        assertThat(cache.acquire(t.storage(), matrix, 64)).isNull();
      }
      assertThat(cache.bytes()).isZero();
      assertThat(twice(cache, t, 64)).isTrue();
    }
  }
}
