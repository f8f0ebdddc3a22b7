package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.LeakTracker;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Closeness;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.InputForm;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpCase;
import dev.bearhug.tensor.op.OpCases;
import dev.bearhug.tensor.op.SampleInput;
import dev.bearhug.tensor.op.std.AttentionOp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradients of every op through the tape, own and composed ones alike. */
class GradientContractTest {

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

  static Stream<OpCase> differentiable() {
    return OpCases.all().stream()
        .filter(c -> c.op().gradientKind() != Op.GradientKind.NONE)
        .filter(c -> c.inputs().stream().anyMatch(i -> i != null && i.differentiable()));
  }

  static Stream<OpCase> composed() {
    return differentiable().filter(c -> c.op().gradientKind() == Op.GradientKind.COMPOSED);
  }

  static Stream<OpCase> ownAndComposed() {
    return differentiable()
        .filter(c -> c.op().gradientKind() == Op.GradientKind.OWN && c.op().isComposed());
  }

  /** How a call is made: by the op or by its definition. */
  @FunctionalInterface
  private interface Call {
    Tensor[] run(Tensor[] in);
  }

  /** Outputs that take gradients: by-products of an op with its own rule do not. */
  private static int outputs(OpCase c) {
    return c.op().gradientKind() == Op.GradientKind.OWN ? 1 : c.op().spec().outputs().size();
  }

  private static Tensor[] gradients(OpCase c, Call call, int output, Device device, DType type) {
    Tensor[] in = c.tensors(device, type, InputForm.ROW_MAJOR);
    Tensor[] wanted = new Tensor[in.length];
    int n = 0;
    for (int i = 0; i < in.length; i++) {
      SampleInput s = c.inputs().get(i);
      if (s != null && s.differentiable()) {
        wanted[n++] = Autograd.requireGrad(in[i]);
      }
    }
    Tensor y = call.run(in)[output];
    double[] cotangent = OpCase.cotangent(y.shape());
    return Autograd.gradients(
        y,
        Tensor.of(cotangent).reshape(y.shape().dims()).to(y.dtype()).to(device),
        Arrays.copyOf(wanted, n));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void gradientsMatchFiniteDifferences(OpCase c) {
    try (Scope scope = Scope.open("test")) {
      Tensor[] in = c.tensors(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR);
      // Inputs whose gradient is not checked stay what they are inside of the function.
      Tensor[] checked = in.clone();
      for (int i = 0; i < in.length; i++) {
        SampleInput s = c.inputs().get(i);
        checked[i] = s != null && s.differentiable() ? in[i] : null;
      }
      boolean exact = c.apply(in)[0].dtype() == DType.F64;
      for (int k = 0; k < outputs(c); k++) {
        int output = k;
        GradCheck.of(given -> c.apply(merge(given, in))[output].to(DType.F64))
            .step(exact ? 1e-5 : 1e-2)
            .tolerance(exact ? 1e-6 : 1e-4)
            .seed(OpCases.SEED)
            .assertPasses(checked);
      }
    }
  }

  private static Tensor[] merge(Tensor[] given, Tensor[] others) {
    Tensor[] all = others.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] = given[i] == null ? all[i] : given[i];
    }
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ownAndComposed")
  void ownGradientEqualsThatOfTheDefinition(OpCase c) {
    try (Scope scope = Scope.open("test")) {
      Tensor[] own = gradients(c, c::apply, 0, Device.REFERENCE, DType.F64);
      Tensor[] defined = gradients(c, c::compose, 0, Device.REFERENCE, DType.F64);
      assertClose(c, own, defined, 1e-10);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("composed")
  void composedGradientsOfKernelsMatchThoseInDouble(OpCase original) {
    OpCase c = original.rounded(DType.F32, InputForm.ROW_MAJOR);
    try (Scope scope = Scope.open("test")) {
      for (int k = 0; k < outputs(c); k++) {
        assertClose(
            c,
            gradients(c, c::apply, k, Device.CPU, DType.F32),
            gradients(c, c::apply, k, Device.REFERENCE, DType.F64),
            2 * c.op().spec().tolerance());
      }
    }
  }

  private static void assertClose(OpCase c, Tensor[] actual, Tensor[] wanted, double tolerance) {
    for (int i = 0; i < wanted.length; i++) {
      assertThat(actual[i] == null).as(c + " gradient " + i).isEqualTo(wanted[i] == null);
      if (wanted[i] != null) {
        assertThat(actual[i].shape()).isEqualTo(wanted[i].shape());
        Closeness.assertClose(
            c + " gradient " + i,
            actual[i].toDoubleArray(),
            wanted[i].toDoubleArray(),
            tolerance,
            tolerance);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void tapeReleasesEveryBuffer(OpCase c) {
    for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
      long buffers = SegmentPool.SHARED.stats().buffers();
      try (Scope scope = Scope.open("test")) {
        gradients(c, c::apply, 0, device, DType.F32);
      }
      assertThat(SegmentPool.SHARED.stats().buffers())
          .as(c + " on " + device)
          .isLessThanOrEqualTo(buffers);
      try (Scope scope = Scope.open("test")) {
        Tensor[] in = c.tensors(device, DType.F32, InputForm.ROW_MAJOR);
        for (int i = 0; i < in.length; i++) {
          if (c.inputs().get(i) != null && c.inputs().get(i).differentiable()) {
            Autograd.requireGrad(in[i]);
          }
        }
        c.apply(in);
      }
      assertThat(SegmentPool.SHARED.stats().buffers())
          .as(c + " on " + device + " without a backward pass")
          .isLessThanOrEqualTo(buffers);
    }
  }

  @Test
  void masksOfAttentionGetTheirGradient() {
    AttentionOp.Attrs attrs = new AttentionOp.Attrs(0.7, true, 0.3, 4, 2);
    try (Scope scope = Scope.open("test")) {
      RandomSource source = new RandomSource(3);
      Tensor q = RandomTensors.uniform(Shape.of(2, 4, 5, 3), -1, 1, source);
      Tensor k = RandomTensors.uniform(Shape.of(2, 2, 6, 3), -1, 1, source);
      Tensor mask = Autograd.requireGrad(RandomTensors.uniform(Shape.of(4, 1, 6), -1, 1, source));
      Tensor[] in = {q, k, k, mask};
      Tensor y = Dispatcher.apply(AttentionOp.INSTANCE, attrs, in)[0];
      Tensor plain = AttentionOp.INSTANCE.compose(in, attrs)[0];
      Tensor weight = RandomTensors.uniform(y.shape(), -1, 1, source);
      Tensor have = Autograd.gradients(y, weight, mask)[0];
      Tensor want = Autograd.gradients(plain, weight, mask)[0];
      assertThat(have.shape()).isEqualTo(mask.shape());
      Closeness.assertClose("mask", have.toDoubleArray(), want.toDoubleArray(), 1e-5, 1e-6);
    }
  }

  @Test
  void byProductsTakeNoGradient() {
    try (Scope scope = Scope.open("test")) {
      Tensor q = Autograd.requireGrad(Tensor.ones(1, 1, 2, 3));
      Tensor max =
          Dispatcher.apply(AttentionOp.INSTANCE, AttentionOp.Attrs.of(1), q, q, q, null)[1];
      assertThatThrownBy(() -> Autograd.backward(max.sum()))
          .isInstanceOf(NonDifferentiableException.class)
          .hasMessageContaining("by-product without gradient");
    }
  }

  @Test
  void mutatingOpsAreRefusedWhileRecording() {
    try (Scope scope = Scope.open("test")) {
      for (OpCase c : OpCases.all().stream().filter(k -> k.op().spec().mutates()).toList()) {
        Tensor[] in = c.tensors(Device.CPU, DType.F32, InputForm.ROW_MAJOR);
        Autograd.requireGrad(in[0]);
        assertThatThrownBy(() -> c.apply(in))
            .hasMessage(
                c.op().name()
                    + ": changes its inputs in place and is refused while gradients are recorded."
                    + " Wrap the call in NoGrad.");
      }
    }
  }
}
