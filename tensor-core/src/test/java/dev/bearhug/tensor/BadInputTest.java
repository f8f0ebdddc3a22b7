package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.DeviceException;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.OutOfMemoryException;
import dev.bearhug.tensor.error.ReleasedTensorException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.error.TensorException;
import dev.bearhug.tensor.memory.AllocationSite;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.ArgmaxOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.CatOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.CumsumOp;
import dev.bearhug.tensor.op.std.EmbeddingGradOp;
import dev.bearhug.tensor.op.std.GatherOp;
import dev.bearhug.tensor.op.std.IndexCopyOp;
import dev.bearhug.tensor.op.std.IndexSelectOp;
import dev.bearhug.tensor.op.std.LinearCrossEntropyOp;
import dev.bearhug.tensor.op.std.MultiMarginLossOp;
import dev.bearhug.tensor.op.std.NllLossOp;
import dev.bearhug.tensor.op.std.PoolWindow;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.RotaryOp;
import dev.bearhug.tensor.op.std.ScanAttrs;
import dev.bearhug.tensor.op.std.ScatterAddOp;
import dev.bearhug.tensor.op.std.ScatterOp;
import dev.bearhug.tensor.op.std.SortOp;
import dev.bearhug.tensor.op.std.SumOp;
import dev.bearhug.tensor.op.std.TopkOp;
import dev.bearhug.tensor.op.std.WeightedCrossEntropyOp;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bad numbers end in an error that names them, never in a crash: kernels work on bare addresses, so
 * whatever the checks let pass is read or written.
 */
class BadInputTest {

  private static final long HUGE = 1L << 62;

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void refused(Class<? extends Throwable> type, String text, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(type).hasMessageContaining(text);
  }

  private static void refusedShape(String text, ThrowingCallable call) {
    refused(ShapeException.class, text, call);
  }

  /** A huge tensor that takes no memory. */
  private static Tensor wide(long... shape) {
    return Tensor.scalar(1, DType.F32, Device.CPU).expand(shape);
  }

  // ---------------------------------------------------------------- sizes

  @Test
  void sizesThatOverflow() {
    Tensor x = Tensor.ones(2, 3);
    refusedShape("exceeds 2^63 - 1", () -> x.reshape(HUGE, HUGE));
    refusedShape("exceeds 2^63 - 1", () -> Tensor.zeros(HUGE, 4));
    refusedShape("exceeds 2^63 - 1 bytes", () -> Tensor.zeros(HUGE));
    refusedShape("exceeds 2^63 - 1", () -> x.expand(HUGE, 2, 3));
    refusedShape("repeat: a size of " + HUGE + " * 2 exceeds", () -> x.repeat(HUGE, 1));
    refusedShape("exceeds 2^63 - 1", () -> x.repeat(1L << 40, 1L << 40));
    refusedShape("repeat_interleave: a size of 2 * " + HUGE, () -> x.repeatInterleave(HUGE, 0));
    refusedShape("exceeds 2^63 - 1", () -> wide(1L << 40).outer(wide(1L << 40)));
    refusedShape(
        "exceeds 2^63 - 1", () -> Tensor.einsum("a,b->ab", wide(1L << 32), wide(1L << 32)));
    Tensor wide = wide(HUGE);
    refusedShape("cat: a size of", () -> Tensor.cat(0, wide, wide, wide, wide));
    refusedShape("pad: padding", () -> x.pad(0, Long.MAX_VALUE, Long.MAX_VALUE));
    refusedShape("pad: padding", () -> x.pad(0, HUGE, 0));
    refused(TensorException.class, "free of", () -> x.pad(0, 1L << 55, 0));
    Tensor image = Tensor.ones(1, 1, 4, 4);
    Tensor kernel = Tensor.ones(1, 1, 2, 2);
    refusedShape("below 2^31", () -> image.conv2d(kernel, null, 1, HUGE, 1, 1));
    refusedShape("below 2^31", () -> image.conv2d(kernel, null, Long.MAX_VALUE, 0, 1, 1));
    refusedShape("below 2^31", () -> image.conv2d(kernel, null, 1, 0, HUGE, 1));
    PoolWindow far = new PoolWindow(5, 1, 0, HUGE);
    refusedShape("below 2^31", () -> Spatial.maxPool2d(image, far, far, false));
    refused(TensorException.class, "", () -> Spatial.adaptiveAvgPool2d(image, HUGE, HUGE));
    refusedShape("arange: the number of elements", () -> Tensor.arange(HUGE, Device.CPU));
  }

  @Test
  void negativeSizesAndNumbers() {
    Tensor x = Tensor.ones(2, 3);
    refusedShape("sizes must not be negative", () -> Tensor.zeros(2, -3));
    refusedShape("sizes must not be negative", () -> x.reshape(-1, -2, -3));
    refusedShape("only one size may be -1", () -> x.reshape(-1, -1));
    refusedShape("repeat_interleave: repeats is -1", () -> x.repeatInterleave(-1, 0));
    refusedShape("repeat: repetitions", () -> x.repeat(2, -1));
    refusedShape("arange: the number of elements is -1", () -> Tensor.arange(-1, Device.CPU));
    refusedShape("-1 windows", () -> Spatial.adaptiveAvgPool1d(Tensor.ones(1, 2, 3), -1));
    refusedShape("one_hot: the number of classes is -2", () -> Tensor.of(new long[1]).oneHot(-2));
    refusedShape("unpack_rows: the number of rows", () -> x.unpackRows(Tensor.of(new long[2]), -1));
    refusedShape("unfold: windows of -1", () -> x.unfold(1, -1, 1));
    refusedShape("unfold: windows of 2 every 0", () -> x.unfold(1, 2, 0));
    refusedShape("step 0", () -> x.slice(1, 0, 2, 0));
  }

  @Test
  void axesOutOfRange() {
    Tensor x = Tensor.ones(2, 3);
    List<ThrowingCallable> calls =
        List.of(
            () -> x.sum(false, 2),
            () -> x.max(-3, true),
            () -> x.argmax(5),
            () -> x.softmax(2),
            () -> x.cumsum(2),
            () -> x.sort(2, true),
            () -> x.topk(1, 2, true),
            () -> x.transpose(0, 2),
            () -> x.permute(0, 2),
            () -> x.squeeze(4),
            () -> x.unsqueeze(4),
            () -> x.unsqueeze(-4),
            () -> x.flip(2),
            () -> x.roll(1, 2),
            () -> x.select(2, 0),
            () -> x.slice(-3, 0, 1),
            () -> x.gather(2, Tensor.of(new long[2], 1, 2)),
            () -> x.normalize(2, 2, 1e-8),
            () -> x.cosineSimilarity(x, 2, 1e-8),
            () -> x.diagonal(0, 0, 2),
            () -> Tensor.cat(2, x, x),
            () -> Tensor.stack(4, x, x));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i)).as("call " + i).isInstanceOf(ShapeException.class);
    }
    refusedShape("cat: there are no tensors", () -> Tensor.cat(0));
    refusedShape("stack: there are no tensors", () -> Tensor.stack(0));
  }

  /** Attributes of ops are not resolved by anyone before the op sees them. */
  @Test
  void axesOfOpsThatAreCalledDirectly() {
    Tensor x = Tensor.ones(2, 3);
    Tensor index = Tensor.of(new long[2]);
    Tensor wide = Tensor.of(new long[6], 2, 3);
    for (int axis : new int[] {-1, -7, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      axis(GatherOp.INSTANCE, axis, axis, x, wide);
      axis(ScatterOp.INSTANCE, axis, axis, x, wide, x);
      axis(ScatterAddOp.INSTANCE, axis, axis, x, wide, x);
      axis(IndexSelectOp.INSTANCE, axis, axis, x, index);
      axis(IndexCopyOp.INSTANCE, axis, axis, x, index, x);
      axis(CatOp.INSTANCE, axis, axis, x, x);
      axis(ArgmaxOp.INSTANCE, axis, axis, x);
      axis(CumsumOp.INSTANCE, new ScanAttrs(axis, false, false), axis, x);
      axis(SortOp.INSTANCE, new SortOp.Attrs(axis, false), axis, x);
      axis(TopkOp.INSTANCE, new TopkOp.Attrs(axis, 1, true), axis, x);
    }
    refusedShape(
        "must be non-negative and in increasing order", () -> new Axes(List.of(1, 1), false));
    refusedShape(
        "axis 2 does not exist",
        () -> Dispatcher.call(SumOp.INSTANCE, new Axes(List.of(2), false), x));
  }

  private static <A> void axis(Op<A> op, A attrs, int axis, Tensor... in) {
    for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
      Tensor[] there = new Tensor[in.length];
      for (int i = 0; i < in.length; i++) {
        there[i] = in[i].to(device);
      }
      refusedShape(
          op.name() + ": axis " + axis + " is outside [0, 2), the axes of [2, 3].",
          () -> Dispatcher.call(op, attrs, there));
    }
  }

  // ---------------------------------------------------------------- options

  @Test
  void optionsThatAreNoNumbersOrNegative() {
    Tensor x = Tensor.ones(2, 4, 3);
    Tensor w = Tensor.ones(3);
    for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
      refused(
          IllegalArgumentException.class,
          "layer_norm: eps is " + bad + " but must be finite and not negative.",
          () -> x.layerNorm(w, w, bad));
      refused(IllegalArgumentException.class, "rms_norm: eps is " + bad, () -> x.rmsNorm(w, bad));
      refused(IllegalArgumentException.class, "normalize: eps", () -> x.normalize(2, 1, bad));
      refused(IllegalArgumentException.class, "dropout: the probability", () -> x.dropout(bad));
    }
    refused(
        IllegalArgumentException.class,
        "labelSmoothing is NaN",
        () -> new CrossEntropyOp.Attrs(-100, Double.NaN, Reduction.MEAN));
    refused(
        IllegalArgumentException.class,
        "theta NaN",
        () -> new RotaryOp.Attrs(4, false, Double.NaN));
    Tensor image = Tensor.ones(1, 2, 4, 4);
    Tensor kernel = Tensor.ones(2, 2, 2, 2);
    refusedShape("conv2d: groups is 0", () -> image.conv2d(kernel, null, 1, 0, 1, 0));
    refusedShape("conv2d: groups is -1", () -> image.conv2d(kernel, null, 1, 0, 1, -1));
    refusedShape("stride and dilation", () -> image.conv2d(kernel, null, 0, 0, 1, 1));
    refusedShape("stride and dilation", () -> image.conv2d(kernel, null, 1, -1, 1, 1));
    refusedShape("stride and dilation", () -> image.conv2d(kernel, null, 1, 0, 0, 1));
  }

  @Test
  void emptyAxesAndTooMany() {
    Tensor x = Tensor.ones(2, 0);
    refusedShape("is empty and has no argmax", () -> x.argmax(1));
    refusedShape("is empty and has no max", () -> x.max(1, false));
    refusedShape("hold no elements", x::max);
    refusedShape("hold no elements", x::min);
    refusedShape("topk: k is 1 but must be in [0, 0]", () -> x.topk(1, 1, true));
    refusedShape("topk: k is -1", () -> x.topk(-1, 0, true));
    assertThat(x.sort(1, true)[0].shape()).isEqualTo(Shape.of(2, 0));
    refusedShape("item: a single element is needed", x::item);
  }

  /** A window that leaps over everything reads nothing: the least number, as padding is. */
  @Test
  void windowsWithoutElements() {
    PoolWindow leaps = new PoolWindow(2, 1, 1, 3);
    Tensor y = Spatial.maxPool2d(Tensor.ones(1, 1, 2, 2), leaps, leaps, false);
    assertThat(y.toFloatArray()).containsExactly(Float.NEGATIVE_INFINITY);
  }

  // ---------------------------------------------------------------- types and devices

  @Test
  void typesThatDoNotFit() {
    Tensor i = Tensor.of(new long[] {1, 2, 3});
    Tensor f = Tensor.ones(3);
    refused(DTypeException.class, "must be of a floating type", i::softmax);
    refused(DTypeException.class, "must be of a floating type", () -> i.layerNorm(null, null, 1));
    refused(DTypeException.class, "index is F32", () -> f.gather(0, f));
    refused(DTypeException.class, "index is F32", () -> f.indexSelect(0, f));
    refused(DTypeException.class, "ids is F32", () -> Tensor.ones(3, 2).embedding(f));
    refused(DTypeException.class, "must be one of", () -> i.to(DType.BOOL).sum());
    refused(DeviceException.class, "Move one with to(device)", () -> f.add(f.to(Device.REFERENCE)));
  }

  // ---------------------------------------------------------------- indices

  @Test
  void indicesOutOfRange() {
    Tensor x = Tensor.ones(3, 2);
    for (long bad : new long[] {-1, 3, HUGE, Long.MIN_VALUE, Long.MAX_VALUE}) {
      Tensor rows = Tensor.of(new long[] {0, bad});
      Tensor cells = Tensor.of(new long[] {0, bad}, 1, 2);
      Tensor values = Tensor.ones(1, 2);
      Tensor slices = Tensor.ones(2, 2);
      List<ThrowingCallable> calls = new ArrayList<>();
      calls.add(() -> x.gather(0, cells));
      calls.add(() -> Indexing.scatter(x, 0, cells, values));
      calls.add(() -> Indexing.scatterAdd(x, 0, cells, values));
      calls.add(() -> x.indexSelect(0, rows));
      calls.add(() -> Indexing.indexAdd(x, 0, rows, slices, 1));
      calls.add(() -> Indexing.indexCopy(x, 0, rows, slices));
      calls.add(() -> Indexing.indexFill(x, 0, rows, 1));
      calls.add(() -> x.embedding(rows));
      calls.add(
          () ->
              Dispatcher.call(
                  EmbeddingGradOp.INSTANCE, new EmbeddingGradOp.Attrs(3, -1), slices, rows));
      calls.add(() -> x.packRows(rows));
      calls.add(() -> slices.unpackRows(rows, 3));
      calls.add(() -> rows.oneHot(3));
      calls.add(() -> slices.reshape(2, 2).transpose(0, 1).select(0, bad == -1 ? -3 : bad));
      Tensor logits = Tensor.ones(2, 3);
      calls.add(() -> logits.crossEntropy(rows));
      calls.add(() -> logits.linearCrossEntropy(Tensor.ones(3, 3), null, rows));
      calls.add(
          () ->
              Dispatcher.call(
                  LinearCrossEntropyOp.INSTANCE,
                  new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, true, 0),
                  logits,
                  Tensor.ones(3, 3),
                  rows,
                  null));
      calls.add(
          () ->
              Dispatcher.call(
                  NllLossOp.INSTANCE,
                  new NllLossOp.Attrs(-100, Reduction.MEAN),
                  logits,
                  rows,
                  null));
      calls.add(
          () ->
              Dispatcher.call(
                  WeightedCrossEntropyOp.INSTANCE,
                  CrossEntropyOp.Attrs.MEAN,
                  logits,
                  rows,
                  Tensor.ones(3)));
      calls.add(
          () ->
              Dispatcher.call(
                  MultiMarginLossOp.INSTANCE,
                  new MultiMarginLossOp.Attrs(1, 1, Reduction.MEAN),
                  logits,
                  rows,
                  null));
      for (int i = 0; i < calls.size(); i++) {
        assertThatThrownBy(calls.get(i))
            .as("call " + i + " with " + bad)
            .isInstanceOf(IndexException.class);
      }
    }
    assertThatThrownBy(() -> Indexing.at(x, Tensor.of(new long[] {-4})))
        .isInstanceOf(IndexException.class);
    assertThatThrownBy(() -> Indexing.take(x, Tensor.of(new long[] {6})))
        .isInstanceOf(IndexException.class);
  }

  /** Their tables are kept up to the largest position, one more than which is the least number. */
  @Test
  void rotaryPositionsAtTheEndOfTheNumbers() {
    Tensor x = Tensor.ones(2, 1, 4);
    RotaryOp.Attrs attrs = new RotaryOp.Attrs(4, false, 10000);
    for (long far : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, -1}) {
      Tensor y = Dispatcher.call(RotaryOp.INSTANCE, attrs, x, Tensor.of(new long[] {0, far}), null);
      assertThat(y.toFloatArray()).startsWith(1, 1, 1, 1).doesNotContain(Float.NaN);
    }
  }

  @Test
  void offsetsOfPackedSequences() {
    Tensor q = Tensor.ones(5, 2, 4);
    for (int[] bad :
        new int[][] {
          {0, 3, 2, 5}, {0, 4}, {0, -1, 5}, {1, 5}, {0, 6}, {}, {0, Integer.MAX_VALUE, 5}
        }) {
      assertThatThrownBy(() -> q.attentionPacked(q, q, Tensor.of(bad), 1, false, 0))
          .isInstanceOf(TensorException.class)
          .hasMessageStartingWith("attention_packed: offsets");
    }
    refused(
        IndexException.class, "strictly ascending", () -> q.packRows(Tensor.of(new long[] {1, 1})));
  }

  @Test
  void viewsStayInsideOfTheirMemory() {
    Tensor x = Tensor.ones(2, 3);
    for (Layout bad :
        List.of(
            Layout.of(Shape.of(7), new long[] {1}, 0),
            Layout.of(Shape.of(2), new long[] {1}, 5),
            Layout.of(Shape.of(2), new long[] {-1}, 0),
            Layout.of(Shape.of(3, 3), new long[] {HUGE, HUGE}, 0),
            Layout.of(Shape.of(1), new long[] {1}, Long.MAX_VALUE))) {
      refusedShape("view: ", () -> x.view(bad));
    }
    assertThat(x.diagonal(Long.MIN_VALUE, 0, 1).numel()).isZero();
    assertThat(x.diagonal(Long.MAX_VALUE, 0, 1).numel()).isZero();
  }

  // ---------------------------------------------------------------- life

  @Test
  void useAfterRelease() {
    Tensor base = Tensor.ones(2, 3);
    Tensor view = base.transpose(0, 1);
    base.close();
    base.close();
    assertThat(view.sum().item()).isEqualTo(6);
    refused(
        ReleasedTensorException.class,
        "exp: a tensor F32[2, 3] was released by close()",
        base::exp);
    refused(ReleasedTensorException.class, "keep: ", () -> scope.keep(base));
    view.close();
    refused(ReleasedTensorException.class, "was released by close()", view::toFloatArray);
    Tensor kept;
    Tensor lost;
    try (Scope inner = Scope.open("inner")) {
      kept = inner.keep(Tensor.ones(2));
      lost = Tensor.ones(2);
    }
    assertThat(kept.sum().item()).isEqualTo(2);
    assertThatThrownBy(() -> lost.argmax(0))
        .isInstanceOf(ReleasedTensorException.class)
        .hasMessageMatching(
            "(?s)argmax: a tensor F32\\[2\\] was released with scope \"inner\" \\(closed at"
                + " BadInputTest\\.useAfterRelease, line \\d+\\) and is used again\\.\\n"
                + "  Keep it with scope\\.keep\\(tensor\\), or read the values before the scope"
                + " ends\\.");
  }

  @Test
  void scopesOfOtherThreads() throws Exception {
    Scope outer = scope;
    Throwable[] thrown = new Throwable[1];
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    outer.close();
                  } catch (IllegalStateException e) {
                    thrown[0] = e;
                  }
                });
    other.join();
    assertThat(thrown[0]).hasMessageContaining("Open one scope per thread");
    Scope closed = Scope.open("closed");
    closed.close();
    assertThatCode(closed::close).doesNotThrowAnyException();
    refused(IllegalStateException.class, "already closed", () -> closed.keep(Tensor.ones(1)));
  }

  @Test
  void memoryThatIsNotThere() {
    Tensor owner = Tensor.ones(1000);
    long held = SegmentPool.SHARED.stats().buffers();
    assertThatThrownBy(() -> Tensor.zeros(1L << 56))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageMatching(
            "(?s)input: asked for .* free of .*\\n  Largest owners: .*\\n  Try: --set"
                + " train\\.checkpointing=each_block, smaller train\\.batchSize .*");
    assertThat(SegmentPool.SHARED.stats().buffers()).isEqualTo(held);
    assertThat(owner.sum().item()).isEqualTo(1000);
    AllocationSite site = AllocationSite.named("bad-input");
    SegmentPool pool = new SegmentPool(1 << 20);
    long a = pool.allocate(900 << 10, site);
    refused(
        OutOfMemoryException.class,
        "bad-input 0.9 MiB (1 buffers)",
        () -> pool.allocate(900 << 10, site));
    pool.free(a, 900 << 10, site);
    long b = pool.allocate(512 << 10, site);
    pool.free(b, 512 << 10, site);
    pool.trim();
    assertThat(pool.stats().reserved()).isZero();
  }
}
