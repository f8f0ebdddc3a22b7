package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * In place: one step of Lion (Chen et al., <a href="https://arxiv.org/abs/2302.06675">Symbolic
 * discovery of optimization algorithms</a>, 2023, program 1).
 *
 * <pre>
 *   g = grad * gradScale
 *   param = param * (1 - lr * weightDecay) - lr * sign(beta1 * m + (1 - beta1) * g)
 *   m = beta2 * m + (1 - beta2) * g
 * </pre>
 *
 * <p>All tensors are row-major and of one shape and floating type; the sign of 0 is 0.
 */
public final class LionOp extends Op<LionOp.Attrs> {

  /** The only instance. */
  public static final LionOp INSTANCE = new LionOp();

  /**
   * Numbers of one step.
   *
   * @param lr learning rate
   * @param beta1 weight of the old mean in the direction
   * @param beta2 decay of the mean
   * @param weightDecay decoupled decay rate
   * @param gradScale factor on the gradient, such as that of clipping; 1 for none
   */
  public record Attrs(
      double lr, double beta1, double beta2, double weightDecay, double gradScale) {}

  private LionOp() {
    super(
        OpSpec.named("lion")
            .inputs("param", "grad", "m")
            .noOutputs()
            .mutates("param", "m")
            .notDifferentiable("it changes the parameter in place"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("param");
    for (String other : List.of("grad", "m")) {
      i.requireSameDType("param", other);
      i.requireShape(other, i.shape("param"), "there is one value per parameter");
    }
    i.requireRowMajor("param");
    i.requireRowMajor("m");
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        sample(s, new Attrs(1e-2, 0.9, 0.99, 0.1, 0.5), 3, 67),
        sample(s, new Attrs(1e-3, 0.95, 0.98, 0, -1), 17),
        // Where mean and gradient are 0 the weights only decay.
        s.sample(new Attrs(1e-2, 0.9, 0.99, 0.1, 1))
            .constant(-1, 1, 37)
            .constant(0, 0, 37)
            .constant(0, 0, 37)
            .build(),
        sample(s, new Attrs(1e-2, 0.9, 0.99, 0.1, 1), 0));
  }

  private static Sample<Attrs> sample(Sampler s, Attrs attrs, long... shape) {
    return s.sample(attrs)
        .constant(-1, 1, shape)
        .constant(-1, 1, shape)
        .constant(-1, 1, shape)
        .build();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1e-3, 0.9, 0.99, 0, 1))
            .constant(-1, 1, 4)
            .constant(-1, 1, 4)
            .constant(0, 0, 2, 2)
            .fails(
                ShapeException.class,
                "lion: m is [2, 2] but must be [4]: there is one value per parameter."));
  }
}
