package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Dice losses for unbalanced classes (Li et al., 2020): {@code 1 - (2 sum q y + s) / (sum q + sum y
 * + s)} with {@code q = (1 - p)^alpha p}, p the probability, y the target and s a smoothing term.
 *
 * @param alpha how strongly easy examples are played down, 0 for not at all
 * @param smooth added above and below the line
 * @param squareDenominator whether q and y are squared below the line (Milletari et al., 2016)
 */
public record Dice(double alpha, double smooth, boolean squareDenominator) {

  private Tensor weighted(Tensor p) {
    return alpha == 0 ? p : p.affine(-1, 1).pow(alpha).mul(p);
  }

  private Tensor below(Tensor t) {
    return squareDenominator ? t.square() : t;
  }

  private Tensor loss(Tensor overlap, Tensor sizes) {
    return overlap.affine(2, smooth).div(sizes.add(smooth)).affine(-1, 1);
  }

  /**
   * One number for a batch of two-class scores.
   *
   * @param logits before the sigmoid, any shape
   * @param target 0 or 1, as many elements
   * @param mask 1 for elements that count, else 0, as many elements; or null for all
   */
  public Tensor binary(Tensor logits, Tensor target, Tensor mask) {
    Tensor p = logits.reshape(-1).sigmoid();
    Tensor y = target.reshape(-1).to(p.dtype());
    if (mask != null) {
      Tensor m = mask.reshape(-1).to(p.dtype());
      p = p.mul(m);
      y = y.mul(m);
    }
    Tensor q = weighted(p);
    return loss(q.mul(y).sum(), below(q).sum().add(below(y).sum()));
  }

  /** One-hot rows {@code [n, c]} of class numbers. */
  private static Tensor oneHot(Tensor target, Tensor like) {
    return target.unsqueeze(1).eq(Tensor.arange(like.dim(1), target.device())).to(like.dtype());
  }

  /**
   * The multi-class form of the paper's public code: every row and class has a numerator of its
   * own, the linear denominator sums over the batch, the squared one does not; summed over classes,
   * averaged over rows.
   *
   * @param logits {@code [n, c]}
   * @param target {@code I64[n]}
   */
  public Tensor rowwise(Tensor logits, Tensor target) {
    Tensor q = weighted(logits.softmax());
    Tensor y = oneHot(target, q);
    Tensor sizes =
        squareDenominator ? q.square().add(y.square()) : q.sum(true, 0).add(y.sum(true, 0));
    return loss(q.mul(y), sizes).sum(false, 1).mean();
  }

  /**
   * The self-adjusting form of the paper: {@code 1 - (2 q y + s) / (q + y + s)} of every row and
   * class, averaged.
   *
   * @param logits {@code [n, c]}
   * @param target {@code I64[n]}
   */
  public Tensor selfAdjusting(Tensor logits, Tensor target) {
    Tensor q = weighted(logits.softmax());
    Tensor y = oneHot(target, q);
    return loss(q.mul(y), below(q).add(below(y))).mean();
  }
}
