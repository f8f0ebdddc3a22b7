package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/** {@code y = x - log(sum(e^x))} along the last axis. */
public final class LogSoftmaxOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final LogSoftmaxOp INSTANCE = new LogSoftmaxOp();

  private LogSoftmaxOp() {
    super(OpSpec.named("log_softmax").inputs("x").savesOutputs("y").casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireFloating("x");
    i.requireRank("x", 1);
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    if (in[0].numel() == 0) {
      return new Tensor[] {in[0].copy()};
    }
    Tensor centred = in[0].sub(in[0].max(-1, true));
    return new Tensor[] {centred.sub(centred.exp().sum(true, -1).log())};
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs none) {
    return Vjp.grads(Dispatcher.call(LogSoftmaxGradOp.INSTANCE, none, v.grad(), v.output("y")));
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniformIn(-5, 5, 3, 7).build(),
        s.sample().uniformIn(-5, 5, 2, 3, 33).build(),
        s.sample().uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform()
            .fails(ShapeException.class, "log_softmax: x [] has 0 axes, at least 1 are needed."));
  }
}
