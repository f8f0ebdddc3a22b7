package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** Gradient of {@link SoftmaxOp}: {@code gx = y * (gy - sum(gy * y))}. */
public final class SoftmaxGradOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final SoftmaxGradOp INSTANCE = new SoftmaxGradOp();

  private SoftmaxGradOp() {
    super(OpSpec.named("softmax_grad").inputs("gy", "y").outputs("gx"));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireSameDType("gy", "y");
    i.requireShape("gy", i.shape("y"), "a gradient has the shape of its value");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    Tensor p = in[0].mul(in[1]);
    return new Tensor[] {p.sub(in[1].mul(p.sum(true, -1)))};
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(3, 7).uniformIn(0, 0.3, 3, 7).build(),
        s.sample().uniform(2, 33).uniformIn(0, 0.1, 2, 33).build(),
        s.sample().uniform(0, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform(2, 3)
            .uniform(2, 4)
            .fails(
                ShapeException.class,
                "softmax_grad: gy is [2, 3] but must be [2, 4]: a gradient has the shape of its value."));
  }
}
