package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/**
 * Attention in several heads with projections before and after it (Vaswani et al., 2017).
 *
 * <p>Parameters: {@code in_proj_weight [3 hidden, hidden]} and {@code in_proj_bias [3 hidden]} for
 * queries, keys and values in this order, {@code out_proj.weight [hidden, hidden]} and {@code
 * out_proj.bias [hidden]}.
 */
public final class MultiHeadAttention extends Layer {

  private final int heads;
  private final long hidden;
  private final Parameter weight;
  private final Parameter bias;
  private final Linear output;
  private final Dropout dropout;

  /**
   * A layer with or without biases.
   *
   * @param hidden size of the last axis of inputs and outputs, a multiple of {@code heads}
   * @param heads number of heads
   * @param dropoutRate probability of dropping an attention weight while training
   * @param hasBias whether the projections have biases
   * @param init first values of the weights; biases start at 0
   * @throws IllegalArgumentException if the heads do not divide the hidden size
   */
  public MultiHeadAttention(
      long hidden,
      int heads,
      double dropoutRate,
      boolean hasBias,
      Initializer init,
      Params params) {
    super(params);
    if (heads < 1 || hidden % heads != 0) {
      throw new IllegalArgumentException(
          "attention "
              + params.path()
              + ": "
              + heads
              + " heads do not divide the hidden size "
              + hidden
              + ".");
    }
    this.heads = heads;
    this.hidden = hidden;
    weight = own(params.get("in_proj_weight", Shape.of(3 * hidden, hidden), init));
    bias =
        hasBias ? own(params.get("in_proj_bias", Shape.of(3 * hidden), Initializer.zeros())) : null;
    output = child("out_proj", new Linear(hidden, hidden, hasBias, init, params.sub("out_proj")));
    dropout = child("dropout", new Dropout(dropoutRate, params.sub("dropout")));
  }

  /**
   * Self-attention.
   *
   * @param x {@code [batch, seq, hidden]}
   * @param mask additive, broadcasts to {@code [batch, heads, seq, seq]}, or null
   * @param causal whether later positions are hidden from earlier ones
   * @return {@code [batch, seq, hidden]}
   */
  public Tensor forward(Tensor x, Tensor mask, boolean causal) {
    return call(
        () -> {
          Tensor all = project(x, 0, 3); // [batch, seq, 3, heads, size]
          return attend(part(all, 0), part(all, 1), part(all, 2), mask, causal);
        });
  }

  /**
   * Attention of one sequence to another.
   *
   * @param queries {@code [batch, seq, hidden]}
   * @param memory {@code [batch, other, hidden]}, from which keys and values are made
   * @param mask additive, broadcasts to {@code [batch, heads, seq, other]}, or null
   * @return {@code [batch, seq, hidden]}
   */
  public Tensor forward(Tensor queries, Tensor memory, Tensor mask) {
    return call(
        () -> {
          Tensor q = part(project(queries, 0, 1), 0);
          Tensor kv = project(memory, 1, 3);
          return attend(q, part(kv, 0), part(kv, 1), mask, false);
        });
  }

  /**
   * Self-attention with its weights, whose memory grows with the square of the length; parameters
   * are those of {@link #forward(Tensor, Tensor, boolean)}.
   *
   * @return {@code y [batch, seq, hidden]} and {@code weights [batch, heads, seq, seq]}, before
   *     dropout
   */
  public TensorMap forwardWithWeights(Tensor x, Tensor mask, boolean causal) {
    return callMap(
        () -> {
          Tensor all = project(x, 0, 3);
          Tensor weights = part(all, 0).attentionWeights(part(all, 1), mask, scale(), causal);
          Tensor context = dropout.forward(weights).matmul(part(all, 2));
          return TensorMap.of("y", merge(context)).put("weights", weights);
        });
  }

  /**
   * The additive mask {@code [batch, 1, 1, seq]} that hides padding.
   *
   * @param ignored {@code BOOL [batch, seq]}, true where a key is hidden
   */
  public static Tensor paddingMask(Tensor ignored) {
    Tensor hidden = ignored.to(DType.F32).mul(-Float.MAX_VALUE);
    return hidden.unsqueeze(1).unsqueeze(1);
  }

  /** Projections {@code [batch, seq, to - from, heads, size]}. */
  private Tensor project(Tensor x, int from, int to) {
    boolean whole = to - from == 3;
    Tensor w = weight.tensor();
    Tensor b = bias == null ? null : bias.tensor();
    if (!whole) {
      w = w.slice(0, from * hidden, to * hidden);
      b = b == null ? null : b.slice(0, from * hidden, to * hidden);
    }
    return x.linear(w, b).reshape(x.dim(0), x.dim(1), to - from, heads, hidden / heads);
  }

  /** One projection, {@code [batch, heads, seq, size]}. */
  private static Tensor part(Tensor projections, int i) {
    return projections.select(2, i).permute(0, 2, 1, 3);
  }

  private double scale() {
    return 1 / Math.sqrt((double) hidden / heads);
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, Tensor mask, boolean causal) {
    return merge(q.attention(k, v, mask, scale(), causal, dropout.rate()));
  }

  private Tensor merge(Tensor context) {
    return output.forward(
        context.permute(0, 2, 1, 3).reshape(context.dim(0), context.dim(2), hidden));
  }
}
