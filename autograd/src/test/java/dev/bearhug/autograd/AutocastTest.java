package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ExecutionHook;
import dev.bearhug.tensor.op.std.AccumulateOp;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mixed precision: which types ops run in, where gradients go, and when weights are converted. */
class AutocastTest {

  private static Tensor random(long stream, long... shape) {
    return RandomTensors.normal(Shape.of(shape), 0, 1, new RandomSource(stream));
  }

  private static Tensor parameter(long stream, long... shape) {
    try (Scope.Detached ignored = Scope.detach()) {
      return Autograd.requireGrad(random(stream, shape));
    }
  }

  @Test
  void runsEachOpByItsPolicy() {
    try (Scope scope = Scope.open("policies");
        Autocast ignored = Autocast.enter(DType.BF16)) {
      Tensor x = random(1, 3, 8);
      Tensor low = x.linear(random(2, 5, 8), random(3, 5));
      assertThat(low.dtype()).isEqualTo(DType.BF16);
      assertThat(x.matmul(random(4, 8, 2)).dtype()).isEqualTo(DType.BF16);
      assertThat(random(5, 7, 4).embedding(Tensor.of(new long[] {1, 6})).dtype())
          .isEqualTo(DType.BF16);
      assertThat(low.softmax().dtype()).isEqualTo(DType.BF16);
      assertThat(low.gelu().dtype()).isEqualTo(DType.BF16);
      assertThat(low.add(low).dtype()).isEqualTo(DType.BF16);
      assertThat(low.add(random(6, 5)).dtype()).isEqualTo(DType.F32);
      assertThat(low.exp().dtype()).isEqualTo(DType.F32);
      assertThat(low.sum().dtype()).isEqualTo(DType.F32);
      assertThat(low.transpose(0, 1).dtype()).isEqualTo(DType.BF16);
      assertThat(low.crossEntropy(Tensor.of(new long[] {0, 4, 2})).dtype()).isEqualTo(DType.F32);
      assertThat(low.mseLoss(random(7, 3, 5)).dtype()).isEqualTo(DType.F32);
      assertThat(Tensor.cat(0, low, random(8, 2, 5)).dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void lowersMemoryThatOthersWriteToEachTime() {
    try (Arena arena = Arena.ofShared();
        Tensor w = Tensor.wrap(arena.allocate(16, 4), Shape.of(1, 4), DType.F32)) {
      try (Scope scope = Scope.open("wrapped");
          Autocast ignored = Autocast.enter(DType.BF16)) {
        for (int i = 1; i < 4; i++) {
          NativeMemory.putFloat(w.address(), i);
          assertThat(Tensor.ones(1, 4).linear(w, null).item()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void leavesDoublePrecisionAlone() {
    try (Scope scope = Scope.open("double");
        Autocast ignored = Autocast.enter(DType.BF16)) {
      Tensor a = random(1, 3, 4).to(DType.F64);
      assertThat(a.matmul(a.transpose(0, 1)).dtype()).isEqualTo(DType.F64);
      assertThat(a.matmul(random(2, 4, 5)).dtype()).isEqualTo(DType.F64);
    }
  }

  @Test
  void endsWithItsBlockAndNests() {
    try (Scope scope = Scope.open("nest")) {
      Tensor a = random(1, 2, 2);
      try (Autocast outer = Autocast.enter(DType.BF16)) {
        try (Autocast inner = Autocast.enter(DType.F32)) {
          assertThat(Autocast.type()).isEqualTo(DType.F32);
          assertThat(a.matmul(a).dtype()).isEqualTo(DType.F32);
        }
        assertThat(Autocast.type()).isEqualTo(DType.BF16);
        assertThat(a.matmul(a).dtype()).isEqualTo(DType.BF16);
      }
      assertThat(a.matmul(a).dtype()).isEqualTo(DType.F32);
    }
    assertThatThrownBy(() -> Autocast.enter(DType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "autocast: the type must be BF16 or F32, got F16. F16 would need its loss scaled"
                + " against underflow; use BF16.");
  }

  @Test
  void gradientsOfWeightsAreNotRounded() {
    try (Tensor w = parameter(1, 5, 64);
        Tensor b = parameter(2, 5);
        Scope scope = Scope.open("gradients")) {
      Tensor x = random(3, 33, 64);
      Tensor cotangent = random(4, 33, 5).to(DType.BF16);
      Tensor y;
      try (Autocast ignored = Autocast.enter(DType.BF16)) {
        y = x.linear(w, b);
      }
      Autograd.backward(y, cotangent);
      Tensor exact =
          cotangent.to(DType.F64).transpose(0, 1).matmul(x.to(DType.BF16).to(DType.F64)); // [5, 64]
      assertThat(Autograd.grad(w).dtype()).isEqualTo(DType.F32);
      assertClose(Autograd.grad(w), exact, 1e-5);
      assertThat(Autograd.grad(b).dtype()).isEqualTo(DType.F32);
      assertClose(Autograd.grad(b), cotangent.to(DType.F64).sum(false, 0), 1e-5);
      Autograd.zeroGrad(w);
      Autograd.zeroGrad(b);
    }
  }

  @Test
  void gradientsOfTablesAreNotRounded() {
    try (Tensor table = parameter(1, 4, 16);
        Scope scope = Scope.open("gradients")) {
      Tensor ids = Tensor.of(new long[] {3, 1, 3, 3});
      Tensor cotangent = random(4, 4, 16).to(DType.BF16);
      Tensor y;
      try (Autocast ignored = Autocast.enter(DType.BF16)) {
        y = table.embedding(ids);
      }
      Autograd.backward(y, cotangent);
      double[] got = Autograd.grad(table).toDoubleArray();
      double[] g = cotangent.toDoubleArray();
      for (int j = 0; j < 16; j++) {
        assertThat(got[3 * 16 + j]).isEqualTo((double) (float) (g[j] + g[32 + j] + g[48 + j]));
        assertThat(got[j]).isZero();
      }
      Autograd.zeroGrad(table);
    }
  }

  @Test
  void opsRecordedPieceByPieceSendGradientsThroughTheirCasts() {
    try (Tensor w = parameter(1, 6, 3);
        Scope scope = Scope.open("composed")) {
      Tensor loss;
      try (Autocast ignored = Autocast.enter(DType.BF16)) {
        Tensor low = w.to(DType.BF16);
        loss = low.mseLoss(random(2, 6, 3).to(DType.BF16));
      }
      Autograd.backward(loss);
      assertThat(Autograd.grad(w).dtype()).isEqualTo(DType.F32);
      assertThat(Autograd.grad(w).square().sum().item()).isPositive();
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void checkpointedBlocksRunAgainInTheSamePrecision() {
    try (Tensor w = parameter(1, 8, 8);
        Scope scope = Scope.open("checkpoint")) {
      Tensor x = random(2, 4, 8);
      Tensor y;
      List<DType> products = new ArrayList<>();
      ExecutionHook hook =
          (op, attrs, in, out, nanos) -> {
            if (op.name().equals("linear")) {
              products.add(out[0].dtype());
            }
          };
      Dispatcher.addHook(hook);
      try {
        try (Autocast ignored = Autocast.enter(DType.BF16)) {
          y = Checkpointing.run(in -> in[0].linear(w, null).tanh(), x);
        }
        Autograd.backward(y.sum());
      } finally {
        Dispatcher.removeHook(hook);
      }
      assertThat(products).containsExactly(DType.BF16, DType.BF16);
      Autograd.zeroGrad(w);
    }
  }

  @Test
  void convertsAWeightOnceAndAgainAfterItChanged() {
    try (Tensor w = parameter(1, 4, 8);
        Scope scope = Scope.open("cache")) {
      Tensor x = random(2, 3, 8).to(DType.BF16);
      assertThat(conversions(() -> product(x, w))).isEqualTo(1);
      assertThat(conversions(() -> product(x, w))).isZero();
      try (NoGrad ignored = NoGrad.enter()) {
        Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, w, random(3, 4, 8));
      }
      double[] changed = new double[12];
      assertThat(conversions(() -> System.arraycopy(product(x, w), 0, changed, 0, 12)))
          .isEqualTo(1);
      assertClose(
          Tensor.of(changed, 3, 4),
          x.to(DType.F64).matmul(w.detach().to(DType.BF16).to(DType.F64).transpose(0, 1)),
          0x1p-7);
    }
  }

  @Test
  void anOptimizerMayWriteTheCopyItself() {
    try (Tensor w = parameter(1, 4, 8);
        Scope scope = Scope.open("held")) {
      Tensor x = random(2, 3, 8).to(DType.BF16);
      assertThat(CastCache.held(w)).isNull();
      product(x, w);
      try (NoGrad ignored = NoGrad.enter()) {
        Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, w, random(3, 4, 8));
        CastCache.held(w).assign(w.to(DType.BF16));
        CastCache.markCurrent(w);
      }
      double[][] result = new double[1][];
      assertThat(conversions(() -> result[0] = product(x, w))).isZero();
      Tensor fresh = x.linear(w.detach().to(DType.BF16), null);
      assertThat(result[0]).containsExactly(fresh.toDoubleArray());
    }
  }

  @Test
  void givesCopiesBackWithTheParameter() {
    long before = SegmentPool.SHARED.stats().buffers();
    try (Tensor w = parameter(1, 4, 8)) {
      try (Scope scope = Scope.open("leak")) {
        Tensor x = random(2, 3, 8).to(DType.BF16);
        Tensor y;
        try (Autocast ignored = Autocast.enter(DType.BF16)) {
          y = x.linear(w, null).sum();
        }
        Autograd.backward(y);
        Autograd.zeroGrad(w);
      }
      assertThat(SegmentPool.SHARED.stats().buffers()).isEqualTo(before + 2);
      CastCache.release(w);
      assertThat(SegmentPool.SHARED.stats().buffers()).isEqualTo(before + 1);
      try (Scope scope = Scope.open("again")) {
        product(random(2, 3, 8).to(DType.BF16), w);
      }
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isEqualTo(before);
  }

  private static double[] product(Tensor x, Tensor w) {
    try (Scope scope = Scope.open("product");
        NoGrad alsoIgnored = NoGrad.enter();
        Autocast ignored = Autocast.enter(DType.BF16)) {
      return x.linear(w, null).toDoubleArray();
    }
  }

  private static int conversions(Runnable action) {
    int[] count = new int[1];
    ExecutionHook hook =
        (op, attrs, in, out, nanos) -> count[0] += op.name().equals("copy") ? 1 : 0;
    Dispatcher.addHook(hook);
    try {
      action.run();
    } finally {
      Dispatcher.removeHook(hook);
    }
    return count[0];
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    double largest = 1;
    for (double v : e) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < a.length; i++) {
      assertThat(Math.abs(a[i] - e[i])).as("element %d", i).isLessThan(tolerance * largest);
    }
  }

  @Test
  void refusesToBeClosedByAnotherThread() throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    try (Autocast cast = Autocast.enter(DType.BF16)) {
      Thread other =
          new Thread(
              () -> {
                try {
                  cast.close();
                } catch (IllegalStateException e) {
                  thrown[0] = e;
                }
              },
              "other");
      other.start();
      other.join();
      assertThat(Autocast.type()).isEqualTo(DType.BF16);
    }
    assertThat(thrown[0]).hasMessageContaining("closed on thread \"other\"");
  }
}
