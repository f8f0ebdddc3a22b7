package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/** Gradient of {@link LogSoftmaxOp}: {@code gx = gy - e^y * sum(gy)}. */
public final class LogSoftmaxGradOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final LogSoftmaxGradOp INSTANCE = new LogSoftmaxGradOp();

  private LogSoftmaxGradOp() {
    super(OpSpec.named("log_softmax_grad").inputs("gy", "y").outputs("gx"));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireSameDType("gy", "y");
    i.requireShape("gy", i.shape("y"), "a gradient has the shape of its value");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    return new Tensor[] {in[0].sub(in[1].exp().mul(in[0].sum(true, -1)))};
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(3, 7).uniformIn(-3, -1, 3, 7).build(),
        s.sample().uniform(2, 33).uniformIn(-5, -2, 2, 33).build(),
        s.sample().uniform(0, 3).uniform(0, 3).build());
  }
}
