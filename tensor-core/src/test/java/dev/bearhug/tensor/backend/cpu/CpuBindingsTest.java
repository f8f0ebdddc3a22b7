package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.ViewOp;
import dev.bearhug.tensor.op.std.AccumulateOp;
import dev.bearhug.tensor.op.std.AdamWOp;
import dev.bearhug.tensor.op.std.AffineOp;
import dev.bearhug.tensor.op.std.ArgmaxOp;
import dev.bearhug.tensor.op.std.AttentionGradOp;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.CatOp;
import dev.bearhug.tensor.op.std.Conv2dGradInputOp;
import dev.bearhug.tensor.op.std.Conv2dGradWeightOp;
import dev.bearhug.tensor.op.std.Conv2dOp;
import dev.bearhug.tensor.op.std.CopyOp;
import dev.bearhug.tensor.op.std.CrossEntropyGradOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.DiagonalGradOp;
import dev.bearhug.tensor.op.std.DiagonalOp;
import dev.bearhug.tensor.op.std.DropoutOp;
import dev.bearhug.tensor.op.std.ElementwiseOps;
import dev.bearhug.tensor.op.std.EmbeddingGradOp;
import dev.bearhug.tensor.op.std.EmbeddingOp;
import dev.bearhug.tensor.op.std.ExtremumOp;
import dev.bearhug.tensor.op.std.FlipOp;
import dev.bearhug.tensor.op.std.GatherOp;
import dev.bearhug.tensor.op.std.IndexAddOp;
import dev.bearhug.tensor.op.std.IndexCopyOp;
import dev.bearhug.tensor.op.std.IndexSelectOp;
import dev.bearhug.tensor.op.std.LayerNormGradOp;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.LinearOp;
import dev.bearhug.tensor.op.std.LogSoftmaxOp;
import dev.bearhug.tensor.op.std.MatmulOp;
import dev.bearhug.tensor.op.std.MaxPool2dOp;
import dev.bearhug.tensor.op.std.PackedAttentionGradOp;
import dev.bearhug.tensor.op.std.PackedAttentionOp;
import dev.bearhug.tensor.op.std.PoolWindow;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.RmsNormGradOp;
import dev.bearhug.tensor.op.std.RmsNormOp;
import dev.bearhug.tensor.op.std.ScatterAddOp;
import dev.bearhug.tensor.op.std.ScatterOp;
import dev.bearhug.tensor.op.std.SliceGradOp;
import dev.bearhug.tensor.op.std.SliceOp;
import dev.bearhug.tensor.op.std.SoftmaxGradOp;
import dev.bearhug.tensor.op.std.SoftmaxOp;
import dev.bearhug.tensor.op.std.StandardOps;
import dev.bearhug.tensor.op.std.SumOfSquaresOp;
import dev.bearhug.tensor.op.std.SumOp;
import dev.bearhug.tensor.op.std.WhereOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every op on the CPU in single precision against the reference device in double precision. */
class CpuBindingsTest {

  private static final long SEED = 20260;

  static Stream<Op<?>> ops() {
    return StandardOps.all().stream().filter(op -> !(op instanceof ViewOp));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ops")
  <A> void agreesWithTheReferenceOnTheSamples(Op<A> op) {
    for (Sample<A> sample : op.samples(new Sampler(SEED)).toList()) {
      for (OpRun.Strides strides : OpRun.Strides.values()) {
        OpRun.check(op, sample, strides);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ops")
  <A> void reportsWrongInputs(Op<A> op) {
    for (ErrorSample<A> error : op.errorSamples(new Sampler(SEED))) {
      try (Scope scope = Scope.open("error")) {
        assertThatThrownBy(() -> OpRun.run(op, error.sample(), Device.CPU, OpRun.Strides.ROW_MAJOR))
            .isInstanceOf(error.error())
            .hasMessage(error.message());
      }
    }
  }

  /** The kernels with plain loops alone, or with SIMD and the vector product. */
  private static KernelTable table(boolean simd, WorkerPool pool) {
    KernelTable table = new KernelTable();
    boolean vector = simd && VectorSupport.isVector();
    CpuBackend.register(
        table,
        new CpuResources(
            vector ? VectorSupport.kernels() : VectorSupport.scalarKernels(),
            GemmSelector.select(vector ? "vector" : "loop", pool).gemm(),
            pool));
    return table;
  }

  @ParameterizedTest(name = "SIMD {0}")
  @ValueSource(booleans = {false, true})
  void givesTheSameBitsWithAnyNumberOfThreads(boolean simd) {
    WorkerPool pool = new WorkerPool(1);
    KernelTable table = table(simd, pool);
    for (Case<?> c : large()) {
      pool.setThreads(1);
      List<double[]> once = c.results(table);
      for (int threads = 2; threads <= 3; threads++) {
        pool.setThreads(threads);
        List<double[]> again = c.results(table);
        for (int o = 0; o < once.size(); o++) {
          assertThat(again.get(o)).as("%s, %d threads", c, threads).isEqualTo(once.get(o));
        }
      }
    }
    pool.setThreads(1);
  }

  /** Its blocks are products of the library's, if there is one. */
  @Test
  void attentionGivesTheSameBitsWithAnyNumberOfThreads() {
    WorkerPool pool = new WorkerPool(1);
    KernelTable table = new KernelTable();
    CpuBackend.register(
        table,
        new CpuResources(VectorSupport.kernels(), GemmSelector.select(null, pool).gemm(), pool));
    List<Case<?>> cases = new ArrayList<>();
    addAttention(cases, new Sampler(SEED));
    for (Case<?> c : cases) {
      pool.setThreads(1);
      List<double[]> once = c.results(table);
      pool.setThreads(3);
      List<double[]> again = c.results(table);
      for (int o = 0; o < once.size(); o++) {
        assertThat(again.get(o)).as("%s", c).isEqualTo(once.get(o));
      }
    }
    pool.setThreads(1);
  }

  @Test
  void agreesWithTheReferenceWithoutSimd() {
    KernelTable table = table(false, new WorkerPool(1));
    ops().forEach(op -> withoutSimd(op, table));
  }

  private static <A> void withoutSimd(Op<A> op, KernelTable table) {
    op.samples(new Sampler(SEED))
        .forEach(
            sample -> {
              try (Scope scope = Scope.open("check")) {
                List<Tensor> have = OpRun.run(op, sample, table);
                if (have != null) {
                  String what = op.name() + " " + sample + " without SIMD";
                  OpRun.compare(what, op, have, OpRun.reference(op, sample));
                }
              }
            });
  }

  private record Case<A>(Op<A> op, Sample<A> sample) {
    void check(OpRun.Strides strides) {
      OpRun.check(op, sample, strides);
    }

    List<double[]> results(KernelTable table) {
      try (Scope scope = Scope.open("results")) {
        return OpRun.run(op, sample, table).stream().map(Tensor::toDoubleArray).toList();
      }
    }
  }

  /** Shapes above the sizes from which loops are split, and those that take special paths. */
  private static List<Case<?>> large() {
    Sampler s = new Sampler(SEED);
    List<Case<?>> cases = new ArrayList<>();
    long[][][] pairs = {
      {{70001}, {70001}},
      {{130, 513}, {513}},
      {{130, 513}, {130, 1}},
      {{513}, {130, 513}},
      {{130, 1}, {130, 513}},
      {{2, 3, 65, 130}, {2, 1, 1, 130}},
      {{2, 3, 65, 130}, {65, 130}},
      {{2, 3, 1, 130}, {2, 1, 65, 1}},
      {{70001}, {1}},
      {{}, {70001}},
      {{3, 40000}, {3, 1}},
    };
    for (long[][] p : pairs) {
      add(cases, ElementwiseOps.ADD, s.sample().uniform(p[0]).uniform(p[1]).build());
      add(cases, ElementwiseOps.DIV, s.sample().uniform(p[0]).uniformIn(1, 2, p[1]).build());
      add(cases, ElementwiseOps.LT, s.sample().uniform(p[0]).uniform(p[1]).build());
    }
    add(cases, ElementwiseOps.GELU, s.sample().uniformIn(-4, 4, 70, 1000).build());
    add(
        cases,
        ElementwiseOps.GELU.grad(),
        s.sample().uniform(70, 1000).uniformIn(-4, 4, 70, 1000).build());
    add(cases, AffineOp.INSTANCE, s.sample(new AffineOp.Attrs(-3, 0.5)).uniform(99999).build());
    add(
        cases,
        AccumulateOp.INSTANCE,
        s.sample(0.25).constant(-1, 1, 70, 999).constant(-1, 1, 70, 999).build());
    add(cases, CopyOp.INSTANCE, s.sample(DType.F64).uniform(3, 70, 333).build());
    add(cases, CopyOp.INSTANCE, s.sample(DType.F32).integers(DType.I64, 100, 3, 70, 333).build());
    add(cases, CatOp.INSTANCE, s.sample(1).uniform(70, 3, 200).uniform(70, 1, 200).build());
    add(
        cases,
        SliceGradOp.INSTANCE,
        s.sample(new SliceGradOp.Attrs(Shape.of(70, 9, 100), new SliceOp.Attrs(1, 2, 7, 1)))
            .uniform(70, 5, 100)
            .build());
    add(
        cases,
        SliceGradOp.INSTANCE,
        s.sample(new SliceGradOp.Attrs(Shape.of(70, 9, 100), new SliceOp.Attrs(1, 1, 9, 3)))
            .uniform(70, 3, 100)
            .build());
    long[] shape = {7, 60, 5, 41};
    for (int mask = 0; mask < 16; mask++) {
      int bits = mask;
      int[] axes = IntStream.range(0, 4).filter(i -> (bits >> i & 1) == 1).toArray();
      add(
          cases,
          SumOp.INSTANCE,
          s.sample(Axes.of(Shape.of(shape), false, axes)).uniform(shape).build());
    }
    add(
        cases,
        SumOp.INSTANCE,
        s.sample(Axes.of(Shape.of(900, 133), false, 0)).uniform(900, 133).build());
    add(
        cases,
        SumOp.INSTANCE,
        s.sample(Axes.of(Shape.of(90, 1330), true, 1)).uniform(90, 1330).build());
    for (int axis = 0; axis < 3; axis++) {
      add(
          cases,
          ExtremumOp.MAX,
          s.sample(new ExtremumOp.Attrs(axis, false)).uniform(40, 30, 50).build());
      add(
          cases,
          ExtremumOp.MIN,
          s.sample(new ExtremumOp.Attrs(axis, true)).uniform(40, 30, 50).build());
      add(cases, ArgmaxOp.INSTANCE, s.sample(axis).distinct(0.01, 40, 30, 50).build());
    }
    add(cases, MatmulOp.INSTANCE, s.sample().uniform(130, 70).uniform(70, 90).build());
    add(cases, MatmulOp.INSTANCE, s.sample().uniform(2, 3, 33, 20).uniform(2, 3, 20, 17).build());
    add(cases, MatmulOp.INSTANCE, s.sample().uniform(2, 1, 3, 9, 8).uniform(4, 1, 8, 7).build());
    add(
        cases,
        LinearOp.INSTANCE,
        s.sample().uniform(5, 30, 64).uniform(70, 64).uniform(70).build());
    add(cases, SoftmaxOp.INSTANCE, s.sample().uniformIn(-9, 9, 300, 257).build());
    add(cases, LogSoftmaxOp.INSTANCE, s.sample().uniformIn(-9, 9, 300, 257).build());
    add(
        cases,
        SoftmaxGradOp.INSTANCE,
        s.sample().uniform(300, 257).uniformIn(0, 0.01, 300, 257).build());
    add(
        cases,
        LayerNormOp.INSTANCE,
        s.sample(new LayerNormOp.Attrs(1e-5))
            .uniform(3, 100, 257)
            .uniform(257)
            .uniform(257)
            .build());
    add(
        cases,
        LayerNormGradOp.INSTANCE,
        s.sample(1)
            .uniform(500, 257)
            .uniform(500, 257)
            .uniform(500)
            .uniformIn(1, 2, 500)
            .uniform(257)
            .build());
    add(
        cases,
        RmsNormOp.INSTANCE,
        s.sample(new RmsNormOp.Attrs(1e-6, true)).uniform(300, 257).uniform(257).build());
    add(
        cases,
        RmsNormGradOp.INSTANCE,
        s.sample(false)
            .uniform(500, 257)
            .uniform(500, 257)
            .uniformIn(1, 2, 500)
            .uniform(257)
            .build());
    addIndexed(cases, s);
    addFused(cases, s);
    addSlices(cases, s);
    addSpatial(cases, s);
    return cases;
  }

  private static void addIndexed(List<Case<?>> cases, Sampler s) {
    add(
        cases,
        WhereOp.INSTANCE,
        s.sample().bools(2, 1, 65, 130).uniform(2, 3, 65, 130).uniform().build());
    add(
        cases,
        EmbeddingOp.INSTANCE,
        s.sample(EmbeddingOp.Attrs.NO_PADDING).uniform(90, 33).indices(90, 40, 50).build());
    add(
        cases,
        EmbeddingGradOp.INSTANCE,
        s.sample(new EmbeddingGradOp.Attrs(1500, 7)).uniform(2000, 33).indices(900, 2000).build());
    for (int axis = 0; axis < 3; axis++) {
      add(
          cases,
          GatherOp.INSTANCE,
          s.sample(axis).uniform(40, 41, 42).indices(40, 33, 34, 35).build());
      add(
          cases,
          ScatterAddOp.INSTANCE,
          s.sample(axis).uniform(40, 41, 42).indices(20, 33, 34, 35).uniform(33, 34, 35).build());
    }
  }

  private static void addSlices(List<Case<?>> cases, Sampler s) {
    add(
        cases,
        EmbeddingGradOp.INSTANCE,
        s.sample(new EmbeddingGradOp.Attrs(300, 7, true))
            .uniform(2000, 33)
            .indices(300, 2000)
            .build());
    long[][] shapes = {{50, 600, 33}, {3, 600, 33}, {1, 600, 129}, {70, 600, 1}};
    for (long[] d : shapes) {
      long n = 700;
      add(cases, IndexSelectOp.INSTANCE, s.sample(1).uniform(d).indices(600, n).build());
      add(
          cases,
          IndexAddOp.INSTANCE,
          s.sample(new IndexAddOp.Attrs(1, d[0] == 3 ? 0.5 : 1))
              .uniform(d)
              .indices(400, n)
              .uniform(d[0], n, d[2])
              .build());
      add(
          cases,
          IndexCopyOp.INSTANCE,
          s.sample(1).uniform(d).indices(400, n).uniform(d[0], n, d[2]).build());
    }
    for (int axis = 0; axis < 3; axis++) {
      add(
          cases,
          ScatterOp.INSTANCE,
          s.sample(axis).uniform(40, 41, 42).indices(20, 33, 34, 35).uniform(33, 34, 35).build());
      // The other axes are whole, so that columns are neighbours.
      add(
          cases,
          ScatterAddOp.INSTANCE,
          s.sample(axis).uniform(40, 41, 42).indices(20, 40, 41, 42).uniform(40, 41, 42).build());
    }
    add(
        cases,
        DiagonalGradOp.INSTANCE,
        s.sample(new DiagonalGradOp.Attrs(Shape.of(30, 50, 40), new DiagonalOp.Attrs(3, 2, 0)))
            .uniform(50, 27)
            .build());
    add(cases, FlipOp.INSTANCE, s.sample(List.of(0, 2)).uniform(30, 50, 40).build());
    add(cases, FlipOp.INSTANCE, s.sample(List.of(1)).uniform(30, 50, 40).build());
  }

  private static void addSpatial(List<Case<?>> cases, Sampler s) {
    Conv2dOp.Axis valid = Conv2dOp.Axis.VALID;
    // Many images at a time, an image in parts, groups, and a kernel of one element.
    addConv(
        cases, s, new Conv2dOp.Attrs(valid, Conv2dOp.Axis.of(2, 3, 2), 2), 30, 6, 1, 200, 8, 1, 5);
    addConv(
        cases,
        s,
        new Conv2dOp.Attrs(Conv2dOp.Axis.of(1, 1, 1), Conv2dOp.Axis.same(3, 1), 1),
        2,
        8,
        130,
        131,
        2,
        3,
        3);
    addConv(
        cases, s, new Conv2dOp.Attrs(Conv2dOp.Axis.of(2, 1, 2), valid, 3), 2, 6, 40, 31, 6, 4, 3);
    addConv(cases, s, new Conv2dOp.Attrs(valid, valid, 2), 3, 12, 20, 21, 10, 1, 1);
    add(
        cases,
        MaxPool2dOp.INSTANCE,
        s.sample(new MaxPool2dOp.Attrs(new PoolWindow(3, 2, 1, 2), PoolWindow.of(5, 3, 2), true))
            .uniform(3, 5, 60, 71)
            .build());
  }

  /** A convolution and both of its gradients. */
  private static void addConv(
      List<Case<?>> cases,
      Sampler s,
      Conv2dOp.Attrs a,
      long images,
      long channels,
      long height,
      long width,
      long outputs,
      long kernelHeight,
      long kernelWidth) {
    long[] x = {images, channels, height, width};
    long[] w = {outputs, channels / a.groups(), kernelHeight, kernelWidth};
    long[] y = {
      images,
      outputs,
      a.rows().outputs(height, kernelHeight),
      a.columns().outputs(width, kernelWidth)
    };
    add(cases, Conv2dOp.INSTANCE, s.sample(a).uniform(x).uniform(w).uniform(outputs).build());
    add(
        cases,
        Conv2dGradInputOp.INSTANCE,
        s.sample(new Conv2dGradInputOp.Attrs(height, width, a)).uniform(y).uniform(w).build());
    add(
        cases,
        Conv2dGradWeightOp.INSTANCE,
        s.sample(new Conv2dGradWeightOp.Attrs(kernelHeight, kernelWidth, a))
            .uniform(x)
            .uniform(y)
            .build());
  }

  private static void addFused(List<Case<?>> cases, Sampler s) {
    add(
        cases,
        DropoutOp.INSTANCE,
        s.sample(new DropoutOp.Attrs(0.3, 5, 6)).uniform(3, 70, 333).build());
    add(
        cases,
        CrossEntropyOp.INSTANCE,
        s.sample(new CrossEntropyOp.Attrs(3, 0.1, Reduction.MEAN))
            .uniformIn(-3, 3, 200, 257)
            .indices(257, 200)
            .build());
    add(
        cases,
        CrossEntropyGradOp.INSTANCE,
        s.sample(new CrossEntropyOp.Attrs(3, 0.1, Reduction.MEAN))
            .uniformIn(0.5, 2)
            .uniform(200, 257)
            .indices(257, 200)
            .uniformIn(5.5, 6, 200)
            .build());
    add(cases, SumOfSquaresOp.INSTANCE, s.sample().uniform(3, 70, 333).build());
    long[] n = {70001};
    add(
        cases,
        AdamWOp.INSTANCE,
        s.sample(AdamWOp.Attrs.atStep(3, 1e-2, 0.9, 0.999, 1e-8, 0.05, 0.7))
            .constant(-1, 1, n)
            .constant(-1, 1, n)
            .constant(-1, 1, n)
            .constant(0, 1, n)
            .absent()
            .absent()
            .build());
    add(
        cases,
        AdamWOp.INSTANCE,
        s.sample(AdamWOp.Attrs.atStep(3, 1e-2, 0.9, 0.999, 1e-8, 0.05, 0.7))
            .constant(-1, 1, n)
            .constant(-1, 1, n)
            .constant(-1, 1, n)
            .constant(0, 1, n)
            .constant(0, 1, n)
            .integers(DType.BF16, 2, n)
            .build());
    add(
        cases,
        LayerNormOp.INSTANCE,
        s.sample(new LayerNormOp.Attrs(1e-5)).uniform(4, 0).uniform(0).uniform(0).build());
    add(
        cases,
        RmsNormOp.INSTANCE,
        s.sample(new RmsNormOp.Attrs(1e-5)).uniform(4, 0).uniform(0).build());
    add(
        cases,
        AttentionOp.INSTANCE,
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(2, 3, 4, 5)
            .uniform(2, 3, 0, 5)
            .uniform(2, 3, 0, 6)
            .absent()
            .build());
    add(
        cases,
        AttentionGradOp.INSTANCE,
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(2, 3, 4, 6)
            .uniform(2, 3, 4, 5)
            .uniform(2, 3, 0, 5)
            .uniform(2, 3, 0, 6)
            .uniform(2, 3, 4, 6)
            .uniform(2, 3, 4)
            .uniform(2, 3, 4)
            .absent()
            .build());
    addAttention(cases, s);
  }

  /** Several tiles and blocks, split and whole heads, every kind of mask. */
  private static void addAttention(List<Case<?>> cases, Sampler s) {
    long[][] sizes = {
      {3, 6, 130, 140, 8, 7},
      {2, 4, 300, 270, 4, 40},
      {1, 2, 530, 525, 3, 3},
      {1, 2, 90, 700, 3, 3},
      {2, 4, 150, 333, 20, 33},
      {1, 2, 64, 1100, 32, 16},
      {1, 2, 330, 128, 16, 17}
    };
    for (long[] z : sizes) {
      for (int kind = 0; kind < 4; kind++) {
        AttentionOp.Attrs attrs =
            new AttentionOp.Attrs(
                0.6, kind % 2 == 1, kind == 3 ? 50 : 0, kind == 1 ? 0.2 : 0, 7, 8);
        double[] mask = new double[(int) (z[0] * z[3])];
        Arrays.setAll(mask, i -> i % 3 == 0 || i < 150 ? AttentionOp.MASKED : 0);
        long keyHeads = z[1] / 2;
        Sampler.Builder<AttentionOp.Attrs> forward =
            s.sample(attrs)
                .uniform(z[0], z[1], z[2], z[4])
                .uniform(z[0], keyHeads, z[3], z[4])
                .uniform(z[0], keyHeads, z[3], z[5]);
        add(
            cases,
            AttentionOp.INSTANCE,
            (kind == 2 ? forward.absent() : forward.constants(mask, z[0], 1, 1, z[3])).build());
        Sampler.Builder<AttentionOp.Attrs> backward =
            s.sample(attrs)
                .uniform(z[0], z[1], z[2], z[5])
                .uniform(z[0], z[1], z[2], z[4])
                .uniform(z[0], keyHeads, z[3], z[4])
                .uniform(z[0], keyHeads, z[3], z[5])
                .uniform(z[0], z[1], z[2], z[5])
                .uniformIn(5, 6, z[0], z[1], z[2])
                .uniformIn(1, 2, z[0], z[1], z[2]);
        add(
            cases,
            AttentionGradOp.INSTANCE,
            (kind == 2 ? backward.absent() : backward.constants(mask, z[0], 1, 1, z[3])).build());
      }
    }
    long[] offsets = {0, 70, 70, 75, 300, 330};
    long[] keyOffsets = {0, 1, 60, 60, 300, 444};
    for (int kind = 0; kind < 4; kind++) {
      AttentionOp.Attrs attrs =
          new AttentionOp.Attrs(0.6, kind % 2 == 1, kind == 3 ? 50 : 0, kind == 1 ? 0.2 : 0, 7, 8);
      boolean cross = kind > 1;
      long rows = cross ? 444 : 330;
      Sampler.Builder<AttentionOp.Attrs> forward =
          s.sample(attrs)
              .uniform(330, 6, 20)
              .uniform(rows, 3, 20)
              .uniform(rows, 3, 18)
              .fixed(DType.I32, offsets);
      add(
          cases,
          PackedAttentionOp.INSTANCE,
          (cross ? forward.fixed(DType.I32, keyOffsets) : forward.absent()).build());
      Sampler.Builder<AttentionOp.Attrs> backward =
          s.sample(attrs)
              .uniform(330, 6, 18)
              .uniform(330, 6, 20)
              .uniform(rows, 3, 20)
              .uniform(rows, 3, 18)
              .uniform(330, 6, 18)
              .uniformIn(5, 6, 6, 330)
              .uniformIn(1, 2, 6, 330)
              .fixed(DType.I32, offsets);
      add(
          cases,
          PackedAttentionGradOp.INSTANCE,
          (cross ? backward.fixed(DType.I32, keyOffsets) : backward.absent()).build());
    }
  }

  private static <A> void add(List<Case<?>> cases, Op<A> op, Sample<A> sample) {
    cases.add(new Case<>(op, sample));
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheReferenceOnLargeShapes(OpRun.Strides strides) {
    large().forEach(c -> c.check(strides));
  }
}
