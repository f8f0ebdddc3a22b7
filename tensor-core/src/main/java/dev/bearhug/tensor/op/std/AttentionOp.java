package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.error.TensorException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Scaled dot-product attention (Vaswani et al., 2017): {@code y = dropout(probs) · v} with {@code
 * probs = softmax(scale * q · kᵀ + mask)}.
 *
 * <p>q {@code [b, h, s, d]}, k {@code [b, h, t, d]}, v {@code [b, h, t, dv]}, optional additive
 * mask of a floating type that broadcasts to {@code [b, h, s, t]}; y {@code [b, h, s, dv]}. The
 * by-product probs {@code [b, h, s, t]} is taken before dropout and carries no gradient. Inputs may
 * be strided views.
 *
 * <ul>
 *   <li>Causal: query i sees keys 0 to {@code i + t - s}, so that the last query sees all keys.
 *   <li>Masked scores count as the smallest single-precision number, also where the mask is minus
 *       infinity: a row in which every key is masked gives every key the same weight.
 *   <li>Dropout numbers are those of {@link DropoutOp} on the row-major probs.
 *   <li>The mask gets no gradient from this op; asking for one is an error.
 * </ul>
 */
public final class AttentionOp extends Op<AttentionOp.Attrs> {

  /** The only instance. */
  public static final AttentionOp INSTANCE = new AttentionOp();

  /** What a masked score counts as. */
  public static final double MASKED = -Float.MAX_VALUE;

  /**
   * Options.
   *
   * @param scale factor on the products, usually {@code 1 / sqrt(d)}
   * @param causal whether later keys are hidden from earlier queries
   * @param p probability of dropping a weight, in {@code [0, 1)}
   * @param seed key of the random numbers
   * @param stream one number per use of dropout
   */
  public record Attrs(double scale, boolean causal, double p, long seed, long stream) {

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is outside {@code [0, 1)}
     */
    public Attrs {
      DropoutOp.checkProbability("attention", p);
    }

    /** Without causality and dropout. */
    public static Attrs of(double scale) {
      return new Attrs(scale, false, 0, 0, 0);
    }

    /** The dropout of the weights. */
    DropoutOp.Attrs dropout() {
      return new DropoutOp.Attrs(p, seed, stream);
    }
  }

  private AttentionOp() {
    super(
        OpSpec.named("attention")
            .inputs("q", "k", "v")
            .optional("mask")
            .outputs("y", "probs")
            .savesInputs("q", "k", "v")
            .savesOutputs("probs")
            .casts(CastPolicy.LOW, "q", "k", "v"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    Shape scores = checkInputs(i);
    if (i.has("mask")) {
      i.requireFloating("mask");
      Shape mask = i.shape("mask");
      i.require(
          mask.rank() <= 4 && Shape.broadcast(name(), mask, scores).equals(scores),
          () -> "mask " + mask + " does not broadcast to the scores " + scores + ".");
    }
    i.output(scores.with(-1, i.shape("v").dim(-1)), i.dtype("q"));
    i.output(scores, i.dtype("q"));
  }

  /** Checks q, k and v and returns the shape of the scores. */
  static Shape checkInputs(Inference i) {
    i.requireFloating("q");
    i.requireSameDType("q", "k");
    i.requireSameDType("q", "v");
    Shape q = i.shape("q");
    Shape k = i.shape("k");
    Shape v = i.shape("v");
    i.require(
        q.rank() == 4
            && k.rank() == 4
            && v.rank() == 4
            && k.dropLast(2).equals(q.dropLast(2))
            && k.dim(3) == q.dim(3)
            && v.dropLast(1).equals(k.dropLast(1)),
        () ->
            "q is "
                + q
                + ", k "
                + k
                + ", v "
                + v
                + " but they must be [b, h, s, d], [b, h, t, d] and [b, h, t, dv]. Split the heads"
                + " with reshape and transpose(1, 2).");
    return q.with(-1, k.dim(2));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor q = in[0];
    DType inner = LayerNormOp.statistics(q.dtype());
    Tensor scores = q.matmul(in[1].transpose(-2, -1)).to(inner).mul(a.scale());
    if (in[3] != null) {
      scores = scores.add(in[3].to(inner)).clamp(MASKED, Double.POSITIVE_INFINITY);
    }
    if (a.causal()) {
      long queries = scores.dim(2);
      long keys = scores.dim(3);
      Tensor last = Tensor.arange(queries, q.device()).add(offset(keys - queries, q));
      Tensor hidden = Tensor.arange(keys, q.device()).gt(last.unsqueeze(1));
      scores = scores.maskedFill(hidden, MASKED);
    }
    Tensor probs = scores.softmax().to(q.dtype());
    Tensor weights = a.p() > 0 ? Dispatcher.call(DropoutOp.INSTANCE, a.dropout(), probs) : probs;
    return new Tensor[] {weights.matmul(in[2]), probs};
  }

  private static Tensor offset(long value, Tensor like) {
    return Tensor.scalar(value, DType.I64, like.device());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    if (v.inputShape("mask") != null && v.needs("mask")) {
      throw new TensorException(
          name(),
          "the mask requires a gradient, which this op does not give. Use detach() on the mask, or"
              + " add a learned bias to the scores by matmul, add and softmax.");
    }
    Tensor[] g =
        Dispatcher.apply(
            AttentionGradOp.INSTANCE,
            a,
            v.grad("y"),
            v.input("q"),
            v.input("k"),
            v.input("v"),
            v.output("probs"));
    return Vjp.grads(g[0], g[1], g[2], null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double low = Double.NEGATIVE_INFINITY;
    return Stream.of(
        s.sample(Attrs.of(0.5))
            .uniform(2, 3, 5, 4)
            .uniform(2, 3, 7, 4)
            .uniform(2, 3, 7, 4)
            .absent()
            .build(),
        s.sample(new Attrs(0.7, true, 0, 0, 0))
            .uniform(1, 2, 3, 5)
            .uniform(1, 2, 6, 5)
            .uniform(1, 2, 6, 3)
            .absent()
            .build(),
        s.sample(new Attrs(0.25, false, 0.4, 11, 5))
            .uniform(2, 2, 4, 3)
            .uniform(2, 2, 5, 3)
            .uniform(2, 2, 5, 2)
            .constants(new double[] {0, 0, 0, low, low, 0, MASKED, 0, 0, 0}, 2, 1, 1, 5)
            .build(),
        s.sample(new Attrs(1, true, 0.2, 3, 9))
            .uniform(1, 1, 17, 16)
            .uniform(1, 1, 17, 16)
            .uniform(1, 1, 17, 16)
            .constant(-1, 1, 17, 17)
            .build(),
        s.sample(Attrs.of(1))
            .constant(-1, 1, 1, 1, 2, 3)
            .constant(-1, 1, 1, 1, 3, 3)
            .uniform(1, 1, 3, 2)
            .constants(new double[] {low, low, low, MASKED, MASKED, MASKED}, 2, 3)
            .build(),
        s.sample(Attrs.of(1))
            .uniform(0, 2, 3, 4)
            .uniform(0, 2, 3, 4)
            .uniform(0, 2, 3, 4)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Attrs.of(1))
            .uniform(2, 4, 5, 8)
            .uniform(2, 2, 5, 8)
            .uniform(2, 2, 5, 8)
            .absent()
            .fails(
                ShapeException.class,
                "attention: q is [2, 4, 5, 8], k [2, 2, 5, 8], v [2, 2, 5, 8] but they must be [b,"
                    + " h, s, d], [b, h, t, d] and [b, h, t, dv]. Split the heads with reshape and"
                    + " transpose(1, 2)."),
        s.sample(Attrs.of(1))
            .uniform(2, 1, 3, 4)
            .uniform(2, 1, 1, 4)
            .uniform(2, 1, 1, 4)
            .constant(-1, 1, 2, 1, 1, 3)
            .fails(
                ShapeException.class,
                "attention: mask [2, 1, 1, 3] does not broadcast to the scores [2, 1, 3, 1]."));
  }
}
