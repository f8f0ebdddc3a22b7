package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.error.DTypeException;
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
 *   copy = bf16(param)                                   if there is a copy
 * </pre>
 *
 * <p>All tensors are row-major and of one shape; all but the copy, which is of {@code BF16}, are of
 * one floating type. The copy is written in the same pass over memory: mixed precision computes
 * with it while {@code param} keeps the digits that small updates need (Micikevicius et al., <a
 * href="https://arxiv.org/abs/1710.03740">Mixed precision training</a>, 2018).
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
            .optional("vmax", "copy")
            .noOutputs()
            .mutates("param", "m", "v", "vmax", "copy")
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
    if (i.has("copy")) {
      i.requireDType("copy", DType.BF16);
      i.requireShape("copy", i.shape("param"), "there is one value per parameter");
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
            .absent()
            .build(),
        s.sample(Attrs.atStep(1, 1e-3, 0.9, 0.99, 1e-6, 0, 1))
            .constant(-1, 1, 5)
            .constant(-1, 1, 5)
            .constant(0, 0, 5)
            .constant(0, 0, 5)
            .constant(0, 0, 5)
            .absent()
            .build(),
        s.sample(third)
            .constant(-1, 1, 2, 41)
            .constant(-1, 1, 2, 41)
            .constant(-1, 1, 2, 41)
            .constant(0, 1, 2, 41)
            .absent()
            .integers(DType.BF16, 2, 2, 41)
            .build(),
        s.sample(third)
            .constant(-1, 1, 33)
            .constant(-1, 1, 33)
            .constant(-1, 1, 33)
            .constant(0, 1, 33)
            .constant(0, 2, 33)
            .integers(DType.BF16, 2, 33)
            .build(),
        s.sample(third)
            .constant(-1, 1, 0)
            .constant(-1, 1, 0)
            .constant(-1, 1, 0)
            .constant(0, 1, 0)
            .absent()
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
            .absent()
            .fails(
                ShapeException.class,
                "adamw: grad is [3] but must be [4]: there is one value per parameter."),
        s.sample(Attrs.atStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1))
            .constant(-1, 1, 4)
            .constant(-1, 1, 4)
            .constant(0, 0, 4)
            .constant(0, 0, 4)
            .absent()
            .constant(0, 0, 4)
            .fails(
                DTypeException.class,
                "adamw: copy is F32 but must be one of [BF16]. Convert it with to(...)."),
        s.sample(Attrs.atStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1))
            .constant(-1, 1, 4)
            .constant(-1, 1, 4)
            .constant(0, 0, 4)
            .constant(0, 0, 4)
            .absent()
            .integers(DType.BF16, 1, 2, 2)
            .fails(
                ShapeException.class,
                "adamw: copy is [2, 2] but must be [4]: there is one value per parameter."));
  }
}
