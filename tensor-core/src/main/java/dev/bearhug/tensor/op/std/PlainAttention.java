package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;

/**
 * Attention by plain ops that keep all scores: the definition of {@link AttentionOp}, and the way
 * to the weights and to gradients of masks. Shapes are those of {@link AttentionOp}.
 */
public final class PlainAttention {

  private PlainAttention() {}

  /**
   * The weights before dropout, {@code [b, h, s, t]} in the type of q, with gradients to q, k and
   * mask.
   *
   * @param mask additive mask, or null
   */
  public static Tensor weights(Tensor q, Tensor k, Tensor mask, AttentionOp.Attrs a) {
    return scores(q, k, mask, a).softmax().to(q.dtype());
  }

  /** Result, maxima and sums. */
  static Tensor[] forward(Tensor q, Tensor k, Tensor v, Tensor mask, AttentionOp.Attrs a) {
    Tensor scores = scores(q, k, mask, a);
    if (scores.dim(3) == 0) {
      Tensor none = scores.sum(false, 3);
      Tensor y = Tensor.full(q.shape().with(-1, v.dim(3)), 0, q.dtype(), q.device());
      return new Tensor[] {y, none.add(Double.NEGATIVE_INFINITY), none};
    }
    Tensor max = scores.max(-1, true).detach();
    Tensor e = scores.sub(max).exp();
    Tensor sum = e.sum(true, -1);
    Tensor weights = dropout(e.div(sum).to(q.dtype()), a);
    Tensor y = weights.matmul(spread(v, q.dim(1)));
    return new Tensor[] {y, max.squeeze(-1), sum.squeeze(-1)};
  }

  /**
   * Gradients of q, k and v.
   *
   * @param in the inputs of {@link AttentionGradOp}
   */
  static Tensor[] backward(Tensor[] in, AttentionOp.Attrs a) {
    Tensor gy = in[0];
    Tensor q = in[1];
    Tensor k = in[2];
    DType type = q.dtype();
    Tensor weights = dropout(weightsAgain(in, a).to(type), a);
    Tensor gs = scoreGradients(in, a).mul(a.scale()).to(type);
    Tensor gq = gs.matmul(spread(k, q.dim(1)));
    Tensor gk = gs.transpose(-2, -1).matmul(q);
    Tensor gv = weights.transpose(-2, -1).matmul(gy);
    return new Tensor[] {gq, gather(gk, k.dim(1)), gather(gv, k.dim(1))};
  }

  /**
   * Gradient of the scores, {@code [b, h, s, t]}: {@code weights * (gp - gy · y)} with {@code gp =
   * dropout(gy · vᵀ)}.
   *
   * @param in the inputs of {@link AttentionGradOp}
   */
  static Tensor scoreGradients(Tensor[] in, AttentionOp.Attrs a) {
    Tensor p = weightsAgain(in, a);
    Tensor v = spread(in[3], in[1].dim(1));
    Tensor gp = dropout(in[0].matmul(v.transpose(-2, -1)), a).to(p.dtype());
    Tensor mean = in[0].to(p.dtype()).mul(in[4].to(p.dtype())).sum(true, -1);
    return p.mul(gp.sub(mean));
  }

  /** The weights from maxima and sums. */
  private static Tensor weightsAgain(Tensor[] in, AttentionOp.Attrs a) {
    Tensor scores = scores(in[1], in[2], in[7], a);
    Tensor max = in[5].to(scores.dtype()).unsqueeze(-1);
    return scores.sub(max).exp().div(in[6].to(scores.dtype()).unsqueeze(-1));
  }

  private static Tensor dropout(Tensor weights, AttentionOp.Attrs a) {
    return a.p() > 0 ? Dispatcher.call(DropoutOp.INSTANCE, a.dropout(), weights) : weights;
  }

  /** The scores, hidden ones as {@link AttentionOp#MASKED}, in at least single precision. */
  private static Tensor scores(Tensor q, Tensor k, Tensor mask, AttentionOp.Attrs a) {
    DType inner = LayerNormOp.statistics(q.dtype());
    Tensor keys = spread(k, q.dim(1)).transpose(-2, -1);
    Tensor scores = q.matmul(keys).to(inner).mul(a.scale());
    if (mask != null) {
      scores = scores.add(mask.to(inner)).clamp(AttentionOp.MASKED, Double.POSITIVE_INFINITY);
    }
    if (!a.causal() && a.window() == 0) {
      return scores;
    }
    long queries = scores.dim(2);
    long keyCount = scores.dim(3);
    Tensor own = Tensor.arange(queries, q.device()).add(offset(keyCount - queries, q)).unsqueeze(1);
    Tensor key = Tensor.arange(keyCount, q.device());
    if (a.causal()) {
      scores = scores.maskedFill(key.gt(own), AttentionOp.MASKED);
    }
    if (a.window() > 0) {
      scores = scores.maskedFill(key.le(own.add(offset(-a.window(), q))), AttentionOp.MASKED);
    }
    if (a.window() > 0 && !a.causal()) {
      scores = scores.maskedFill(key.ge(own.add(offset(a.window(), q))), AttentionOp.MASKED);
    }
    return scores;
  }

  private static Tensor offset(long value, Tensor like) {
    return Tensor.scalar(value, DType.I64, like.device());
  }

  /** Key heads repeated for all query heads. */
  private static Tensor spread(Tensor x, long heads) {
    if (x.dim(1) == heads) {
      return x;
    }
    long group = heads / x.dim(1);
    return x.unsqueeze(2)
        .expand(x.dim(0), x.dim(1), group, x.dim(2), x.dim(3))
        .reshape(x.dim(0), heads, x.dim(2), x.dim(3));
  }

  /** Sums over the query heads of each key head. */
  private static Tensor gather(Tensor x, long keyHeads) {
    if (x.dim(1) == keyHeads) {
      return x;
    }
    return x.reshape(x.dim(0), keyHeads, x.dim(1) / keyHeads, x.dim(2), x.dim(3)).sum(false, 2);
  }
}
