package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ExecutionHook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBoundOpsTest {

  private static final int ROWS = 64;
  private static final int WIDTH = 48;

  private final List<Tensor> parameters = new ArrayList<>();

  private static Tensor wave(double frequency, long... shape) {
    return Tensor.arange(Shape.of(shape).numel(), Device.CPU)
        .to(DType.F32)
        .mul(frequency)
        .sin()
        .reshape(shape);
  }

  private Tensor parameter(double frequency, long... shape) {
    Tensor t = wave(frequency, shape);
    Autograd.requireGrad(t);
    parameters.add(t);
    return t;
  }

  /** A feed-forward sub-layer with its norm, read by three layers. */
  private Tensor loss() {
    Tensor x = wave(0.37, ROWS, WIDTH);
    Tensor h = x.linear(parameter(0.7, 4 * WIDTH, WIDTH), parameter(0.9, 4 * WIDTH)).gelu();
    Tensor y = h.linear(parameter(0.3, WIDTH, 4 * WIDTH), null);
    Tensor norm = y.dropoutAddLayerNorm(x, parameter(0.1, WIDTH), parameter(0.2, WIDTH), 1e-5, 0.1);
    Tensor rms = norm.layerNorm(parameter(0.5, WIDTH), parameter(0.6, WIDTH), 1e-5);
    return norm.linear(parameter(0.41, WIDTH, WIDTH), null)
        .add(norm.linear(parameter(0.43, WIDTH, WIDTH), null).tanh())
        .mul(rms.linear(parameter(0.47, WIDTH, WIDTH), null))
        .mean();
  }

  private record Step(float loss, List<float[]> gradients, long kept, long after) {}

  private Step step(boolean recompute, ExecutionHook hook) {
    parameters.clear();
    long before = SegmentPool.SHARED.stats().live();
    try (Scope scope = Scope.open("step");
        RandomSource.Use random = RandomSource.use(new RandomSource(7))) {
      Tensor loss;
      long kept;
      try (Scope forward = Scope.open("forward")) {
        if (recompute) {
          try (MemoryBoundOps ignored = MemoryBoundOps.recompute()) {
            loss = forward.keep(loss());
          }
        } else {
          loss = forward.keep(loss());
        }
        parameters.forEach(forward::keep);
      }
      kept = SegmentPool.SHARED.stats().live() - before;
      if (hook != null) {
        Dispatcher.addHook(hook);
      }
      Autograd.backward(loss);
      if (hook != null) {
        Dispatcher.removeHook(hook);
      }
      List<float[]> gradients = new ArrayList<>();
      for (Tensor p : parameters) {
        gradients.add(Autograd.grad(p).toFloatArray());
        Autograd.zeroGrad(p);
      }
      return new Step(
          (float) loss.item(), gradients, kept, SegmentPool.SHARED.stats().live() - before);
    }
  }

  @Test
  void gradientsAreTheSameBitForBit() {
    Step kept = step(false, null);
    Step again = step(true, null);
    assertThat(again.loss()).isEqualTo(kept.loss());
    for (int i = 0; i < kept.gradients().size(); i++) {
      assertThat(again.gradients().get(i)).as("parameter " + i).isEqualTo(kept.gradients().get(i));
    }
  }

  @Test
  void activationsAndNormsAreNotKept() {
    long row = 4L * ROWS * WIDTH;
    // The outputs of GELU and of the norm with the sum; the pool rounds sizes up a little.
    assertThat(step(false, null).kept() - step(true, null).kept())
        .isGreaterThanOrEqualTo((4 + 1) * row);
  }

  @Test
  void eachIsMadeOnceMoreOnly() {
    List<String> ops = Collections.synchronizedList(new ArrayList<>());
    step(true, (op, attrs, in, out, nanos) -> ops.add(op.name()));
    assertThat(ops.stream().filter("gelu"::equals)).hasSize(1);
    // The norm with the sum, which three layers read. The other is kept: it could only be made
    // from the first, which is itself forgotten.
    assertThat(ops.stream().filter("layer_norm"::equals)).hasSize(1);
  }

  @Test
  void nothingIsLeftBehind() {
    long buffers = SegmentPool.SHARED.stats().buffers();
    step(true, null);
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(buffers);
  }
}
