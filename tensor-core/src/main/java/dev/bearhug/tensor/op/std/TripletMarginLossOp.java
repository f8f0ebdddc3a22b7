package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
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
 * Triplet loss {@code max(0, d(anchor, positive) - d(anchor, negative) + margin)}, reduced (Balntas
 * et al., 2016), with distances over the last axis: {@code d(u, v) = ||u - v + eps||_p}.
 *
 * <p>With swap the smaller one of {@code d(anchor, negative)} and {@code d(positive, negative)}
 * counts. The inputs {@code [..., n]} have one shape. The result has the type of the anchor, at
 * least single precision.
 */
public final class TripletMarginLossOp extends Op<TripletMarginLossOp.Attrs> {

  /** The only instance. */
  public static final TripletMarginLossOp INSTANCE = new TripletMarginLossOp();

  /** Squares below this have no root with a finite gradient. */
  private static final double TINY = 1e-37;

  /**
   * Options.
   *
   * @param margin by which the negative should be farther away
   * @param p exponent of the norm, above 0, may be infinite
   * @param eps added to differences
   * @param swap whether the distance of positive and negative may stand in
   * @param reduction of the single losses
   */
  public record Attrs(double margin, double p, double eps, boolean swap, Reduction reduction) {

    /**
     * Checks the exponent.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public Attrs {
      if (!(p > 0)) {
        throw new IllegalArgumentException(
            "triplet_margin_loss: p is " + p + " but must be above 0.");
      }
    }
  }

  private TripletMarginLossOp() {
    super(
        OpSpec.named("triplet_margin_loss")
            .inputs("anchor", "positive", "negative")
            .outputs("loss")
            .casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("anchor");
    i.requireRank("anchor", 1);
    for (String input : List.of("positive", "negative")) {
      i.requireSameDType("anchor", input);
      i.requireShape(input, i.shape("anchor"), "a triplet has three vectors of one size");
    }
    i.output(
        a.reduction().shape(i.shape("anchor").dropLast(1)),
        LayerNormOp.statistics(i.dtype("anchor")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor anchor = in[0].to(inner);
    Tensor positive = in[1].to(inner);
    Tensor negative = in[2].to(inner);
    Tensor far = distance(anchor, negative, a);
    if (a.swap()) {
      far = far.minimum(distance(positive, negative, a));
    }
    Tensor losses = distance(anchor, positive, a).sub(far).add(a.margin()).relu();
    return new Tensor[] {a.reduction().of(losses)};
  }

  private static Tensor distance(Tensor u, Tensor v, Attrs a) {
    Tensor d = u.sub(v).add(a.eps());
    if (a.p() == 2) {
      return d.square().sum(false, -1).clamp(TINY, Double.POSITIVE_INFINITY).sqrt();
    }
    Tensor size = d.abs();
    if (a.p() == 1) {
      return size.sum(false, -1);
    }
    if (Double.isInfinite(a.p())) {
      return size.max(-1, false);
    }
    Tensor powers = size.clamp(TINY, Double.POSITIVE_INFINITY).pow(a.p()).sum(false, -1);
    return powers.clamp(TINY, Double.POSITIVE_INFINITY).pow(1 / a.p());
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Attrs empty = new Attrs(1, 2, 1e-6, false, Reduction.SUM);
    return Stream.concat(
        Stream.of(
                new Attrs(1, 2, 1e-6, false, Reduction.MEAN),
                new Attrs(0.5, 1, 1e-6, true, Reduction.NONE),
                new Attrs(1, 3, 0, true, Reduction.SUM),
                new Attrs(1, Double.POSITIVE_INFINITY, 0, false, Reduction.SUM))
            .map(a -> s.sample(a).uniform(5, 7).uniform(5, 7).uniform(5, 7).build()),
        Stream.of(s.sample(empty).uniform(0, 7).uniform(0, 7).uniform(0, 7).build()));
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1, 2, 1e-6, false, Reduction.MEAN))
            .uniform(5, 7)
            .uniform(5, 7)
            .uniform(4, 7)
            .fails(
                ShapeException.class,
                "triplet_margin_loss: negative is [4, 7] but must be [5, 7]: a triplet has three"
                    + " vectors of one size."));
  }
}
