package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.DTypeException;
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
 * Ranking loss {@code max(0, -y (a - b) + margin)}, reduced: y is 1 where a should rank higher and
 * -1 where b should. The inputs broadcast. The result has the type of a, at least single precision.
 */
public final class MarginRankingLossOp extends Op<MarginRankingLossOp.Attrs> {

  /** The only instance. */
  public static final MarginRankingLossOp INSTANCE = new MarginRankingLossOp();

  /**
   * Options.
   *
   * @param margin by which the better should lead
   * @param reduction of the single losses
   */
  public record Attrs(double margin, Reduction reduction) {}

  private MarginRankingLossOp() {
    super(
        OpSpec.named("margin_ranking_loss")
            .inputs("a", "b", "y")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("a");
    i.requireSameDType("a", "b");
    i.requireSameDType("a", "y");
    Shape all =
        Shape.broadcast(name(), Shape.broadcast(name(), i.shape("a"), i.shape("b")), i.shape("y"));
    i.output(a.reduction().shape(all), LayerNormOp.statistics(i.dtype("a")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor lead = in[0].to(inner).sub(in[1].to(inner)).mul(in[2].to(inner));
    return new Tensor[] {a.reduction().of(lead.affine(-1, a.margin()).relu())};
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double[] order = {1, -1, 1, 1, -1};
    return Stream.of(
        s.sample(new Attrs(0.3, Reduction.MEAN)).uniform(5).uniform(5).constants(order, 5).build(),
        s.sample(new Attrs(0, Reduction.NONE)).uniform(2, 5).uniform(5).constants(order, 5).build(),
        s.sample(new Attrs(0, Reduction.SUM)).uniform(0).uniform(0).uniform(0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, Reduction.MEAN))
            .uniform(5)
            .uniform(5)
            .integers(DType.I64, 2, 5)
            .fails(
                DTypeException.class,
                "margin_ranking_loss: a is F32 and y is I64 but both must have the same type."
                    + " Convert one with to(...)."));
  }
}
