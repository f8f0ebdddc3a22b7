package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Squared error {@code (x - target)^2}, reduced to one number of the type of x, at least single
 * precision.
 */
public final class MseLossOp extends Op<Reduction> {

  /** The only instance. */
  public static final MseLossOp INSTANCE = new MseLossOp();

  private MseLossOp() {
    super(OpSpec.named("mse_loss").inputs("x", "target").outputs("loss").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Reduction reduction) {
    BceWithLogitsOp.checkPair(i);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Reduction reduction) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    return new Tensor[] {reduction.of(in[0].to(inner).sub(in[1].to(inner)).square())};
  }

  @Override
  public Stream<Sample<Reduction>> samples(Sampler s) {
    return Stream.of(
        s.sample(Reduction.MEAN).uniform(4, 5).uniform(4, 5).build(),
        s.sample(Reduction.SUM).uniform(33).uniform(33).build(),
        s.sample(Reduction.SUM).uniform(0, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Reduction>> errorSamples(Sampler s) {
    return List.of(BceWithLogitsOp.pairError(name(), s));
  }
}
