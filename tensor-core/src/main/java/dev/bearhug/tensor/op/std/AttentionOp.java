package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
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
 * Scaled dot-product attention (Vaswani et al., 2017): {@code y = dropout(weights) · v} with {@code
 * weights = softmax(scale * q · kᵀ + mask)}.
 *
 * <p>q {@code [b, h, s, d]}, k {@code [b, g, t, d]}, v {@code [b, g, t, dv]}, optional additive
 * mask of a floating type that broadcasts to {@code [b, h, s, t]}; y {@code [b, h, s, dv]}. With
 * fewer key heads than query heads (grouped queries, Ainslie et al., 2023) key head j serves the
 * query heads {@code j * h / g} to {@code (j + 1) * h / g - 1}. Inputs may be strided views.
 *
 * <p>The by-products max and sum {@code [b, h, s]}, in at least single precision, are the largest
 * score of each query and the sum of the exponentials of its scores less the largest; they carry no
 * gradient. The log-sum-exp is {@code max + log(sum)}; apart, both keep their precision under masks
 * of large numbers. Weights are never kept: fast kernels compute them in blocks, forward and
 * backward, so that memory grows linearly with the length (T. Dao, <a
 * href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>, 2023). Whoever needs them calls
 * {@link PlainAttention#weights}.
 *
 * <ul>
 *   <li>Causal: query i sees keys 0 to {@code i + t - s}, so that the last query sees all keys.
 *   <li>A window of w lets query i see keys less than w away from {@code i + t - s}: with causality
 *       the last w keys up to its own, else w - 1 on each side.
 *   <li>Masked scores count as the smallest single-precision number, also where the mask is minus
 *       infinity: a row in which every key is masked gives every key the same weight.
 *   <li>Dropout numbers are those of {@link DropoutOp} on the row-major weights {@code [b, h, s,
 *       t]}.
 *   <li>A mask that needs a gradient gets it from plain ops, whose memory grows with the square of
 *       the length.
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
   * @param window keys at this distance or further are hidden; 0 for no such limit
   * @param p probability of dropping a weight, in {@code [0, 1)}
   * @param seed key of the random numbers
   * @param stream one number per use of dropout
   */
  public record Attrs(double scale, boolean causal, long window, double p, long seed, long stream) {

    /**
     * Checks window and probability.
     *
     * @throws IllegalArgumentException if the window is negative or the probability outside {@code
     *     [0, 1)}
     */
    public Attrs {
      if (window < 0) {
        throw new IllegalArgumentException(
            "attention: the window is " + window + " but must be positive, or 0 for none.");
      }
      DropoutOp.checkProbability("attention", p);
    }

    /** Without a window. */
    public Attrs(double scale, boolean causal, double p, long seed, long stream) {
      this(scale, causal, 0, p, seed, stream);
    }

    /** Without causality, window and dropout. */
    public static Attrs of(double scale) {
      return new Attrs(scale, false, 0, 0, 0, 0);
    }

    /** The same with another window. */
    public Attrs withWindow(long newWindow) {
      return new Attrs(scale, causal, newWindow, p, seed, stream);
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
            .outputs("y", "max", "sum")
            .savesInputs("q", "k", "v", "mask")
            .savesOutputs("y", "max", "sum")
            .casts(CastPolicy.LOW, "q", "k", "v"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    Shape scores = checkInputs(i);
    i.output(scores.with(-1, i.shape("v").dim(-1)), i.dtype("q"));
    i.output(scores.dropLast(1), LayerNormOp.statistics(i.dtype("q")));
    i.output(scores.dropLast(1), LayerNormOp.statistics(i.dtype("q")));
  }

  /** Checks q, k, v and mask and returns the shape of the scores. */
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
            && k.dim(0) == q.dim(0)
            && k.dim(3) == q.dim(3)
            && v.dropLast(1).equals(k.dropLast(1)),
        () ->
            "q is "
                + q
                + ", k "
                + k
                + ", v "
                + v
                + " but they must be [b, h, s, d], [b, g, t, d] and [b, g, t, dv]. Split the heads"
                + " with reshape and transpose(1, 2).");
    checkGroups(i, q.dim(1), k.dim(1));
    Shape scores = q.with(-1, k.dim(2));
    if (i.has("mask")) {
      i.requireFloating("mask");
      Shape mask = i.shape("mask");
      i.require(
          mask.rank() <= 4 && Shape.broadcast(i.name(), mask, scores).equals(scores),
          () -> "mask " + mask + " does not broadcast to the scores " + scores + ".");
    }
    return scores;
  }

  /** Checks that key heads divide query heads. */
  static void checkGroups(Inference i, long heads, long keyHeads) {
    i.require(
        keyHeads == 0 ? heads == 0 : heads % keyHeads == 0,
        () ->
            "q has "
                + heads
                + " heads and k has "
                + keyHeads
                + ", but each key head must serve the same number of query heads.");
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    return PlainAttention.forward(in[0], in[1], in[2], in[3], a);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    boolean masked = v.inputShape("mask") != null;
    Tensor[] in = {
      v.grad("y"),
      v.input("q"),
      v.input("k"),
      v.input("v"),
      v.output("y"),
      v.output("max"),
      v.output("sum"),
      masked ? v.input("mask") : null
    };
    Tensor[] g = Dispatcher.apply(AttentionGradOp.INSTANCE, a, in);
    Tensor mask =
        masked && v.needs("mask")
            ? PlainAttention.scoreGradients(in, a).to(v.inputDType("mask"))
            : null;
    return Vjp.grads(g[0], g[1], g[2], mask);
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
        s.sample(new Attrs(0.6, false, 0.1, 2, 3))
            .uniform(2, 4, 5, 3)
            .uniform(2, 2, 6, 3)
            .uniform(2, 2, 6, 2)
            .uniform(4, 1, 6)
            .build(),
        s.sample(Attrs.of(0.8).withWindow(3))
            .uniform(1, 2, 6, 3)
            .uniform(1, 1, 7, 3)
            .uniform(1, 1, 7, 3)
            .absent()
            .build(),
        s.sample(new Attrs(0.8, true, 2, 0.3, 4, 4))
            .uniform(1, 2, 6, 3)
            .uniform(1, 2, 9, 3)
            .uniform(1, 2, 9, 3)
            .uniform(6, 1)
            .build(),
        s.sample(new Attrs(0.5, true, 0, 0, 0))
            .constant(-1, 1, 1, 2, 5, 3)
            .constant(-1, 1, 1, 1, 3, 3)
            .uniform(1, 1, 3, 2)
            .absent()
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
            .uniform(2, 4, 5, 6)
            .uniform(2, 4, 5, 8)
            .absent()
            .fails(
                ShapeException.class,
                "attention: q is [2, 4, 5, 8], k [2, 4, 5, 6], v [2, 4, 5, 8] but they must be [b,"
                    + " h, s, d], [b, g, t, d] and [b, g, t, dv]. Split the heads with reshape and"
                    + " transpose(1, 2)."),
        s.sample(Attrs.of(1))
            .uniform(2, 4, 5, 8)
            .uniform(2, 3, 5, 8)
            .uniform(2, 3, 5, 8)
            .absent()
            .fails(
                ShapeException.class,
                "attention: q has 4 heads and k has 3, but each key head must serve the same"
                    + " number of query heads."),
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
