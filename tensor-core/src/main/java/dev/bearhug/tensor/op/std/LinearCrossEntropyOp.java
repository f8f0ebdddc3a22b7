package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
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
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Cross entropy of a linear layer over a large vocabulary without ever holding all its scores:
 * {@code loss = cross_entropy(linear(x, weight, bias), target)} in chunks of rows, and, if asked,
 * the gradients of the inputs in the same pass over each chunk, as in Liger Kernel (Hsu et al.,
 * 2024). Rows with the ignored target are left out before the product.
 *
 * <p>x {@code [n, in]}, weight {@code [classes, in]}, target {@code I64[n]}, bias {@code
 * [classes]}. The outputs behind the loss are its gradients with respect to x, weight and bias;
 * they are empty ({@code [0]}) where they were not asked for, or there is no bias. Memory beyond
 * them is one chunk of scores.
 */
public final class LinearCrossEntropyOp extends Op<LinearCrossEntropyOp.Attrs> {

  /** The only instance. */
  public static final LinearCrossEntropyOp INSTANCE = new LinearCrossEntropyOp();

  /** Memory of the scores of one chunk, in bytes. */
  static final long CHUNK_BYTES = 32L << 20;

  /**
   * Options.
   *
   * @param loss ignored target, smoothing and reduction
   * @param gradients whether the gradients are computed along with the loss; without them a
   *     backward pass computes the scores once more
   * @param chunkRows rows per chunk, 0 for as many as fit into 32 MiB
   */
  public record Attrs(CrossEntropyOp.Attrs loss, boolean gradients, long chunkRows) {

    /**
     * Checks chunk and reduction.
     *
     * @throws IllegalArgumentException if the chunk is negative, or the reduction is neither the
     *     mean over what counts nor the sum
     */
    public Attrs {
      if (loss.reduction() != Reduction.MEAN && loss.reduction() != Reduction.SUM) {
        throw new IllegalArgumentException(
            "linear_cross_entropy: the reduction is "
                + loss.reduction()
                + " but must be MEAN or SUM. Use linear and cross_entropy for others.");
      }
      if (chunkRows < 0) {
        throw new IllegalArgumentException(
            "linear_cross_entropy: chunkRows is "
                + chunkRows
                + " but must be positive, or 0 for a chunk that fits into memory caches.");
      }
    }

    /** Rows of a chunk of scores of this many classes. */
    long rows(long classes, DType inner) {
      long fitting = CHUNK_BYTES / Math.max(1, classes * inner.bytes());
      return chunkRows > 0 ? chunkRows : Math.max(16, fitting / 16 * 16);
    }
  }

  private LinearCrossEntropyOp() {
    super(
        OpSpec.named("linear_cross_entropy")
            .inputs("x", "weight", "target")
            .optional("bias")
            .outputs("loss", "gx", "gweight", "gbias")
            .savesInputs("x", "weight", "target", "bias")
            .savesOutputs("gx", "gweight", "gbias")
            .casts(CastPolicy.LOW, "x", "weight"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireSameDType("x", "weight");
    i.requireDType("target", DType.I64);
    Shape x = i.shape("x");
    Shape w = i.shape("weight");
    i.require(
        x.rank() == 2 && w.rank() == 2 && w.dim(1) == x.dim(1) && w.dim(0) > 0,
        () ->
            "x is "
                + x
                + " and weight "
                + w
                + " but they must be [n, in] and [classes, in] with at least one class. Flatten"
                + " leading axes of x with reshape(-1, in).");
    i.requireShape("target", Shape.of(x.dim(0)), "there is one target per row of x");
    DType inner = LayerNormOp.statistics(i.dtype("x"));
    boolean biased = i.has("bias");
    if (biased) {
      i.requireDType("bias", i.dtype("x"), inner);
      i.requireShape("bias", Shape.of(w.dim(0)), "one value per class");
    }
    Shape none = Shape.of(0);
    i.output(Shape.scalar(), inner);
    i.output(a.gradients() ? x : none, i.dtype("x"));
    i.output(a.gradients() ? w : none, inner);
    i.output(a.gradients() && biased ? i.shape("bias") : none, inner);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor target = in[2];
    long classes = in[1].dim(0);
    CrossEntropyOp.checkTargets(name(), target, classes, a.loss().ignoreIndex());
    long[] targets = target.toLongArray();
    long[] counted =
        LongStream.range(0, targets.length)
            .filter(i -> targets[(int) i] != a.loss().ignoreIndex())
            .toArray();
    Tensor rows = null;
    if (counted.length < targets.length) {
      rows = Tensor.of(counted, counted.length).to(x.device());
      x = Dispatcher.call(PackRowsOp.INSTANCE, NoAttrs.NONE, x, rows);
      target = Dispatcher.call(PackRowsOp.INSTANCE, NoAttrs.NONE, target, rows);
    }
    Tensor[] out = chunks(x, in[1], target, in[3], a);
    if (rows != null && a.gradients()) {
      out[1] = Dispatcher.call(UnpackRowsOp.INSTANCE, (long) targets.length, out[1], rows);
    }
    return out;
  }

  /** Loss and gradients of rows that all count. */
  private static Tensor[] chunks(Tensor x, Tensor weight, Tensor target, Tensor bias, Attrs a) {
    DType inner = LayerNormOp.statistics(x.dtype());
    long n = x.dim(0);
    double divisor = a.loss().reduction() == Reduction.SUM ? 1 : n;
    CrossEntropyOp.Attrs sum =
        new CrossEntropyOp.Attrs(a.loss().ignoreIndex(), a.loss().labelSmoothing(), Reduction.SUM);
    Tensor share = Tensor.scalar(1 / divisor, inner, x.device());
    Tensor none = Tensor.full(Shape.of(0), 0, inner, x.device());
    Tensor loss = Tensor.scalar(0, inner, x.device());
    Tensor gweight = a.gradients() ? Tensor.full(weight.shape(), 0, inner, x.device()) : none;
    Tensor gbias =
        a.gradients() && bias != null ? Tensor.full(bias.shape(), 0, inner, x.device()) : none;
    long step = a.rows(weight.dim(0), inner);
    Tensor[] gx = new Tensor[(int) Math.max(1, (n + step - 1) / step)];
    for (int c = 0; c < gx.length; c++) {
      try (Scope chunk = Scope.nested("linear_cross_entropy chunk")) {
        Tensor part = x.slice(0, c * step, Math.min(n, (c + 1) * step));
        Tensor labels = target.slice(0, c * step, Math.min(n, (c + 1) * step));
        Tensor logits = part.linear(weight, bias);
        Tensor[] value = Dispatcher.apply(CrossEntropyOp.INSTANCE, sum, logits, labels);
        loss = add(loss, value[0], chunk);
        if (a.gradients()) {
          Tensor g =
              Dispatcher.call(CrossEntropyGradOp.INSTANCE, sum, share, logits, labels, value[1]);
          gx[c] = chunk.keep(g.matmul(weight));
          Tensor product = MatmulWideOp.product(g.transpose(0, 1), part, inner);
          gweight = add(gweight, product, chunk);
          if (bias != null) {
            Axes rows = Axes.of(g.shape(), false, 0);
            gbias = add(gbias, SumWideOp.sum(g, inner, rows), chunk);
          }
        }
      }
    }
    return new Tensor[] {
      loss.mul(1 / divisor),
      !a.gradients() ? none.to(x.dtype()) : gx.length == 1 ? gx[0] : Tensor.cat(0, gx),
      gweight,
      gbias
    };
  }

  /** Adds in place, or, where the definition itself is recorded, as an op with a gradient. */
  private static Tensor add(Tensor total, Tensor part, Scope chunk) {
    if (Dispatcher.isRecording()) {
      return chunk.keep(total.add(part));
    }
    Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, total, part);
    return total;
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor gx;
    Tensor gweight;
    Tensor gbias;
    if (a.gradients()) {
      gx = v.output("gx");
      gweight = v.output("gweight");
      gbias = v.output("gbias");
    } else {
      Tensor[] again =
          Dispatcher.apply(
              INSTANCE,
              new Attrs(a.loss(), true, a.chunkRows()),
              v.input("x"),
              v.input("weight"),
              v.input("target"),
              v.input("bias"));
      gx = again[1];
      gweight = again[2];
      gbias = again[3];
    }
    Tensor factor = v.grad("loss");
    return Vjp.grads(
        v.needs("x") ? gx.mul(factor.to(gx.dtype())) : null,
        v.needs("weight") ? gweight.mul(factor) : null,
        null,
        v.inputShape("bias") != null && v.needs("bias") ? gbias.mul(factor) : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(CrossEntropyOp.Attrs.MEAN, true, 2))
            .uniform(5, 4)
            .uniform(7, 4)
            .indicesOf(new long[] {2, -100, 6, 0, -100}, 5)
            .uniform(7)
            .build(),
        s.sample(new Attrs(CrossEntropyOp.Attrs.MEAN, false, 0))
            .uniform(4, 3)
            .uniform(6, 3)
            .indices(6, 4)
            .absent()
            .build(),
        s.sample(new Attrs(new CrossEntropyOp.Attrs(-1, 0.1, Reduction.SUM), true, 3))
            .uniform(8, 5)
            .uniform(33, 5)
            .indices(33, 8)
            .uniform(33)
            .build(),
        s.sample(new Attrs(new CrossEntropyOp.Attrs(-1, 0, Reduction.SUM), true, 0))
            .uniform(0, 5)
            .uniform(3, 5)
            .indices(3, 0)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    Attrs a = new Attrs(CrossEntropyOp.Attrs.MEAN, false, 0);
    return List.of(
        s.sample(a)
            .uniform(3, 5)
            .uniform(5, 7)
            .indices(5, 3)
            .absent()
            .fails(
                ShapeException.class,
                "linear_cross_entropy: x is [3, 5] and weight [5, 7] but they must be [n, in] and"
                    + " [classes, in] with at least one class. Flatten leading axes of x with"
                    + " reshape(-1, in)."),
        s.sample(a)
            .uniform(2, 5)
            .uniform(4, 5)
            .indicesOf(new long[] {4, -100}, 2)
            .absent()
            .fails(
                IndexException.class,
                "linear_cross_entropy: target 4 at position (0) is outside [0, 4).\n"
                    + "  Padding labels must be -100 (ignoreIndex). Is the tokenizer larger than"
                    + " the embedding? Call resizeTokenEmbeddings(4 + 1)."));
  }
}
