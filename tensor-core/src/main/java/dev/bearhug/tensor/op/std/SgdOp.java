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
 * In place: one step of gradient descent with momentum (Sutskever et al., 2013), in the order of
 * operations of PyTorch.
 *
 * <pre>
 *   g = grad * gradScale + weightDecay * param
 *   buffer = first ? g : momentum * buffer + (1 - dampening) * g      unless momentum is 0
 *   param -= lr * (momentum is 0 ? g : nesterov ? g + momentum * buffer : buffer)
 * </pre>
 *
 * <p>All tensors are row-major and of one shape and floating type; the buffer is needed only with
 * momentum and not touched without.
 */
public final class SgdOp extends Op<SgdOp.Attrs> {

  /** The only instance. */
  public static final SgdOp INSTANCE = new SgdOp();

  /**
   * Numbers of one step.
   *
   * @param lr learning rate
   * @param momentum decay of the buffer, 0 for none
   * @param dampening share of the gradient kept out of the buffer
   * @param nesterov whether to look ahead along the buffer
   * @param weightDecay factor of the parameter added to the gradient
   * @param first whether the buffer is empty and starts as the gradient
   * @param gradScale factor on the gradient, such as that of clipping; 1 for none
   */
  public record Attrs(
      double lr,
      double momentum,
      double dampening,
      boolean nesterov,
      double weightDecay,
      boolean first,
      double gradScale) {}

  private SgdOp() {
    super(
        OpSpec.named("sgd")
            .inputs("param", "grad")
            .optional("buffer")
            .noOutputs()
            .mutates("param", "buffer")
            .notDifferentiable("it changes the parameter in place"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("param");
    i.requireSameDType("param", "grad");
    i.requireShape("grad", i.shape("param"), "there is one value per parameter");
    i.requireRowMajor("param");
    i.require(
        a.momentum() == 0 || i.has("buffer"),
        () -> "momentum is " + a.momentum() + " but there is no buffer to keep it in.");
    if (i.has("buffer")) {
      i.requireSameDType("param", "buffer");
      i.requireShape("buffer", i.shape("param"), "there is one value per parameter");
      i.requireRowMajor("buffer");
    }
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(0.1, 0, 0, false, 0.01, false, 1))
            .constant(-1, 1, 3, 67)
            .constant(-1, 1, 3, 67)
            .absent()
            .build(),
        withBuffer(s, new Attrs(0.1, 0.9, 0.2, false, 0, true, 0.5), 5),
        withBuffer(s, new Attrs(0.1, 0.9, 0.2, false, 0.1, false, 0.5), 33),
        withBuffer(s, new Attrs(0.1, 0.8, 0, true, 0.1, false, 1), 17),
        withBuffer(s, new Attrs(0.1, 0, 0, false, 0, false, 1), 7),
        withBuffer(s, new Attrs(0.1, 0.8, 0, true, 0.1, false, 1), 0));
  }

  private static Sample<Attrs> withBuffer(Sampler s, Attrs attrs, long n) {
    return s.sample(attrs).constant(-1, 1, n).constant(-1, 1, n).constant(-1, 1, n).build();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0.1, 0.9, 0, false, 0, true, 1))
            .constant(-1, 1, 4)
            .constant(-1, 1, 4)
            .absent()
            .fails(
                ShapeException.class,
                "sgd: momentum is 0.9 but there is no buffer to keep it in."));
  }
}
