package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.LeakTracker;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every op keeps to, on every sample: kernels agree with the definition in double, gradients
 * with finite differences, any memory form gives the same, low precision loses no more than it
 * must, nothing leaks, and errors have exactly their text.
 */
class OpContractTest {

  /** Inputs with at most this many elements are checked entry by entry. */
  private static final int SMALL = 24;

  private static final int DIRECTIONS = 4;

  private static final List<Device> BACKENDS = List.of(Device.CPU, Device.REFERENCE);

  private static LeakTracker.Level before;

  @BeforeAll
  static void poisonFreedMemory() {
    before = LeakTracker.level();
    LeakTracker.setLevel(LeakTracker.Level.PARANOID);
  }

  @AfterAll
  static void restoreLevel() {
    LeakTracker.setLevel(before);
  }

  static final List<OpCase> ALL = OpCases.all();

  /** Calls with results to compare; ops that change inputs have {@link MutatingOpTest}. */
  static List<OpCase> pure() {
    return ALL.stream().filter(c -> !c.op().spec().mutates()).toList();
  }

  static Stream<OpCase> withFloats() {
    return pure().stream().filter(OpCase::takesFloats);
  }

  static Stream<OpCase> withOwnGradient() {
    return withFloats()
        .filter(c -> c.op().gradientKind() == Op.GradientKind.OWN)
        .filter(c -> c.inputs().stream().anyMatch(i -> i != null && i.differentiable()));
  }

  static Stream<OpCase> composed() {
    return pure().stream().filter(c -> c.op().isComposed());
  }

  private static OpCase single(OpCase c) {
    return c.rounded(DType.F32, InputForm.ROW_MAJOR);
  }

  private static OpCase.Result oracle(OpCase c) {
    return c.forward(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pure")
  void forwardMatchesOracle(OpCase original) {
    OpCase c = single(original);
    OpCase.Result wanted = oracle(c);
    double tolerance = c.op().spec().tolerance();
    for (Device device : BACKENDS) {
      Closeness.assertClose(
          c + " on " + device,
          c.forward(device, DType.F32, InputForm.ROW_MAJOR),
          wanted,
          tolerance);
    }
    Closeness.assertClose(
        c + " in double", c.forward(Device.CPU, DType.F64, InputForm.ROW_MAJOR), wanted, 1e-12);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pure")
  void resultsHaveTheShapesAndTypesTheRuleStates(OpCase c) {
    for (Device device : BACKENDS) {
      try (Scope scope = Scope.open("shapes")) {
        Tensor[] in = c.tensors(device, DType.F32, InputForm.ROW_MAJOR);
        Inference stated = c.infer(in);
        List<Tensor[]> results = new ArrayList<>();
        results.add(c.apply(in));
        if (c.op().isComposed()) {
          results.add(c.compose(in));
        }
        for (Tensor[] out : results) {
          assertThat(out).hasSize(stated.outputCount()).hasSize(c.op().spec().outputs().size());
          for (int i = 0; i < out.length; i++) {
            assertThat(out[i].shape()).as(c + " output " + i).isEqualTo(stated.outputShape(i));
            assertThat(out[i].dtype()).as(c + " output " + i).isEqualTo(stated.outputDType(i));
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withOwnGradient")
  void gradientMatchesFiniteDifferences(OpCase c) {
    OpCase.Result gradient = c.gradient(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR);
    // Where the result is rounded to single precision, small steps would drown in the rounding.
    boolean exact = oracle(c).dtypes().get(0) == DType.F64;
    double step = exact ? 1e-5 : 1e-2;
    double tolerance = exact ? 1e-6 : 1e-4;
    SplittableRandom random = new SplittableRandom(OpCases.SEED);
    for (int i = 0; i < c.inputs().size(); i++) {
      SampleInput input = c.inputs().get(i);
      if (input == null || !input.differentiable()) {
        continue;
      }
      assertThat(gradient.values().get(i)).as(c + ": gradient of input " + i).isNotNull();
      assertThat(gradient.shapes().get(i)).isEqualTo(input.shape());
      int n = input.values().length;
      for (int d = 0; d < (n <= SMALL ? n : DIRECTIONS); d++) {
        double[] direction = new double[n];
        double[] low = input.values().clone();
        double[] high = input.values().clone();
        double analytic = 0;
        for (int j = 0; j < n; j++) {
          direction[j] = n <= SMALL ? (j == d ? 1 : 0) : 2 * random.nextDouble() - 1;
          low[j] -= step * direction[j];
          high[j] += step * direction[j];
          analytic += direction[j] * gradient.values().get(i)[j];
        }
        double numeric = (weighted(c.with(i, high)) - weighted(c.with(i, low))) / (2 * step);
        assertThat(Math.abs(analytic - numeric))
            .as(
                "%s: gradient of input %d along direction %d is %s, differences give %s (seed %d)",
                c, i, d, analytic, numeric, OpCases.SEED)
            .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(numeric)));
      }
    }
  }

  /** The number whose gradient is taken. */
  private static double weighted(OpCase c) {
    OpCase.Result y = oracle(c);
    double[] cotangent = OpCase.cotangent(y.shapes().get(0));
    double total = 0;
    for (int i = 0; i < cotangent.length; i++) {
      total += cotangent[i] * y.values().get(0)[i];
    }
    return total;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withOwnGradient")
  void gradientOfKernelsMatchesOracle(OpCase original) {
    OpCase c = single(original);
    Closeness.assertClose(
        "gradient of " + c,
        c.gradient(Device.CPU, DType.F32, InputForm.ROW_MAJOR),
        c.gradient(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR),
        2 * c.op().spec().tolerance());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pure")
  void anyMemoryFormGivesTheSame(OpCase original) {
    for (InputForm form : InputForm.values()) {
      OpCase c = original.rounded(DType.F32, form);
      if (c.op() instanceof ViewOp && form != InputForm.ROW_MAJOR && !viewExists(c, form)) {
        continue;
      }
      OpCase.Result wanted = oracle(c);
      for (Device device : BACKENDS) {
        Closeness.assertClose(
            c + " " + form + " on " + device,
            c.forward(device, DType.F32, form),
            wanted,
            c.op().spec().tolerance());
      }
    }
  }

  /** Strides cannot express every reshape; all other views exist for all strides. */
  private static boolean viewExists(OpCase c, InputForm form) {
    return !c.op().name().equals("reshape")
        || form.layout(c.inputs().get(0).shape()).reshape((Shape) c.attrs()) != null;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withOwnGradient")
  void gradientsTakeAnyMemoryForm(OpCase original) {
    for (InputForm form : List.of(InputForm.TRANSPOSED, InputForm.EXPANDED)) {
      OpCase c = original.rounded(DType.F32, form);
      if (c.op() instanceof ViewOp && !viewExists(c, form)) {
        continue;
      }
      Closeness.assertClose(
          "gradient of " + c + " " + form,
          c.gradient(Device.CPU, DType.F32, form),
          c.gradient(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR),
          2 * c.op().spec().tolerance());
    }
  }

  /**
   * FlashAttention's rule: at most twice the error of the plain computation, thrice in gradients.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("withFloats")
  void bf16LosesNoMoreThanItMust(OpCase original) {
    OpCase c = original.rounded(DType.BF16, InputForm.ROW_MAJOR);
    OpCase.Result wanted = oracle(c);
    OpCase.Result plain =
        c.op().isComposed()
            ? c.definition(Device.REFERENCE, DType.BF16)
            : c.forward(Device.REFERENCE, DType.BF16, InputForm.ROW_MAJOR);
    assertWithin(
        c.toString(), 2, c.forward(Device.CPU, DType.BF16, InputForm.ROW_MAJOR), plain, wanted);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withOwnGradient")
  void bf16GradientsLoseNoMoreThanTheyMust(OpCase original) {
    OpCase c = original.rounded(DType.BF16, InputForm.ROW_MAJOR);
    assertWithin(
        "gradient of " + c,
        3,
        c.gradient(Device.CPU, DType.BF16, InputForm.ROW_MAJOR),
        c.gradient(Device.REFERENCE, DType.BF16, InputForm.ROW_MAJOR),
        c.gradient(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR));
  }

  /**
   * What gradients of cotangents up to 1 may always lose: a few roundings of the single precision
   * they are computed in. Where large terms cancel, as in the tails of a softmax, that is more than
   * a rounding of the result.
   */
  private static final double CANCELLATION = 0x1p-22;

  private static void assertWithin(
      String what, int factor, OpCase.Result kernel, OpCase.Result plain, OpCase.Result wanted) {
    double rounding = 0;
    for (double[] v : wanted.values()) {
      rounding = v == null ? rounding : Math.max(rounding, Closeness.largest(v) * 0x1p-8);
    }
    double allowed =
        factor * Closeness.distance(plain.values(), wanted.values()) + rounding + CANCELLATION;
    for (int i = 0; i < wanted.values().size(); i++) {
      if (wanted.values().get(i) != null) {
        Closeness.assertClose(
            what + " [" + i + "]", kernel.values().get(i), wanted.values().get(i), 0, allowed);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("ALL")
  void releasesEveryBuffer(OpCase c) {
    for (Device device : BACKENDS) {
      long buffers = SegmentPool.SHARED.stats().buffers();
      try (Scope scope = Scope.open("leaks")) {
        c.apply(c.tensors(device, DType.F32, InputForm.ROW_MAJOR));
        if (!(c.op() instanceof ViewOp) && !c.op().spec().mutates()) {
          c.apply(c.tensors(device, DType.F32, InputForm.TRANSPOSED));
        }
      }
      if (c.op().gradientKind() == Op.GradientKind.OWN && c.takesFloats()) {
        c.gradient(device, DType.F32, InputForm.ROW_MAJOR);
      }
      assertThat(SegmentPool.SHARED.stats().buffers())
          .as(c + " on " + device)
          .isLessThanOrEqualTo(buffers);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("composed")
  void kernelEqualsItsDefinition(OpCase original) {
    OpCase c = single(original);
    Closeness.assertClose(
        c + " against its definition",
        c.forward(Device.CPU, DType.F32, InputForm.ROW_MAJOR),
        c.definition(Device.CPU, DType.F32),
        2 * c.op().spec().tolerance());
  }

  /** A call that must fail, with its op. */
  record Failing(Op<?> op, ErrorSample<?> error) {

    @Override
    public String toString() {
      return op.name() + " " + error.sample();
    }
  }

  static List<Failing> failing() {
    return OpRegistry.all().stream()
        .flatMap(
            op -> op.errorSamples(new Sampler(OpCases.SEED)).stream().map(e -> new Failing(op, e)))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failing")
  void errorsHaveTheirText(Failing f) {
    OpCase c = new OpCase(f.op(), 0, f.error().sample().attrs(), f.error().sample().inputs());
    for (Device device : BACKENDS) {
      long buffers = SegmentPool.SHARED.stats().buffers();
      try (Scope scope = Scope.open("errors")) {
        Tensor[] in = c.tensors(device, DType.F32, InputForm.ROW_MAJOR);
        Throwable thrown = catchThrowable(() -> c.apply(in));
        assertThat(thrown).as(c + " on " + device).isExactlyInstanceOf(f.error().error());
        assertThat(thrown).hasMessage(f.error().message());
      }
      assertThat(SegmentPool.SHARED.stats().buffers())
          .as(c + " on " + device)
          .isLessThanOrEqualTo(buffers);
    }
  }
}
