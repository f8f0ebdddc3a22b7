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
 * In place: one step of Adam with decoupled weight decay (Loshchilov and Hutter, <a
 * href="https://arxiv.org/abs/1711.05101">2017</a>), in the order of operations of PyTorch.
 *
 * <pre>
 *   g = grad * gradScale
 *   param *= 1 - lr * weightDecay
 *   m = beta1 * m + (1 - beta1) * g
 *   v = beta2 * v + (1 - beta2) * g * g
 *   vmax = max(vmax, v)                                  with AMSGrad (Reddi et al., 2018)
 *   param -= lr / biasCorrection1 * m / (sqrt(v or vmax) / sqrt(biasCorrection2) + eps)
 * </pre>
 *
 * <p>All tensors are row-major and of one shape and floating type.
 */
public final class AdamWOp extends Op<AdamWOp.Attrs> {

  /** The only instance. */
  public static final AdamWOp INSTANCE = new AdamWOp();

  /**
   * Numbers of one step.
   *
   * @param lr learning rate
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param weightDecay decoupled decay rate
   * @param biasCorrection1 {@code 1 - beta1^step}, 1 for no correction
   * @param biasCorrection2 {@code 1 - beta2^step}, 1 for no correction
   * @param gradScale factor on the gradient, such as that of clipping; 1 for none
   */
  public record Attrs(
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      double biasCorrection1,
      double biasCorrection2,
      double gradScale) {

    /** The numbers of step {@code step}, counted from 1, with bias correction. */
    public static Attrs atStep(
        long step,
        double lr,
        double beta1,
        double beta2,
        double eps,
        double weightDecay,
        double gradScale) {
      return new Attrs(
          lr,
          beta1,
          beta2,
          eps,
          weightDecay,
          1 - Math.pow(beta1, step),
          1 - Math.pow(beta2, step),
          gradScale);
    }
  }

  private AdamWOp() {
    super(
        OpSpec.named("adamw")
            .inputs("param", "grad", "m", "v")
            .optional("vmax")
            .noOutputs()
            .mutates("param", "m", "v", "vmax")
            .notDifferentiable("it changes the parameter in place"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("param");
    for (String other : List.of("grad", "m", "v", "vmax")) {
      if (i.has(other)) {
        i.requireSameDType("param", other);
        i.requireShape(other, i.shape("param"), "there is one value per parameter");
      }
    }
    for (String changed : spec().mutated()) {
      if (i.has(changed)) {
        i.requireRowMajor(changed);
      }
    }
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Attrs third = Attrs.atStep(3, 1e-2, 0.9, 0.999, 1e-8, 0.05, 0.7);
    return Stream.of(
        s.sample(third)
            .constant(-1, 1, 3, 67)
            .constant(-1, 1, 3, 67)
            .constant(-1, 1, 3, 67)
            .constant(0, 1, 3, 67)
            .absent()
            .build(),
        s.sample(Attrs.atStep(1, 1e-3, 0.9, 0.99, 1e-6, 0, 1))
            .constant(-1, 1, 5)
            .constant(-1, 1, 5)
            .constant(0, 0, 5)
            .constant(0, 0, 5)
            .constant(0, 0, 5)
            .build(),
        s.sample(third)
            .constant(-1, 1, 33)
            .constant(-1, 1, 33)
            .constant(-1, 1, 33)
            .constant(0, 1, 33)
            .constant(0, 2, 33)
            .build(),
        s.sample(third)
            .constant(-1, 1, 0)
            .constant(-1, 1, 0)
            .constant(-1, 1, 0)
            .constant(0, 1, 0)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Attrs.atStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1))
            .constant(-1, 1, 4)
            .constant(-1, 1, 3)
            .constant(0, 0, 4)
            .constant(0, 0, 4)
            .absent()
            .fails(
                ShapeException.class,
                "adamw: grad is [3] but must be [4]: there is one value per parameter."));
  }
}
