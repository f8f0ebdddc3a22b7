package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/** How far two vectors are apart; both {@code [..., n]}, the distance {@code [...]}. */
public enum Distance {
  /** {@code ||a - b + 1e-6||_2}, as PyTorch measures pairs. */
  EUCLIDEAN {
    @Override
    public Tensor of(Tensor a, Tensor b) {
      return a.sub(b).add(EPS).square().sum(false, -1).clamp(TINY, LARGE).sqrt();
    }
  },
  /** {@code ||a - b + 1e-6||_1}. */
  MANHATTAN {
    @Override
    public Tensor of(Tensor a, Tensor b) {
      return a.sub(b).add(EPS).abs().sum(false, -1);
    }
  },
  /** {@code 1 - cos(a, b)}. */
  COSINE {
    @Override
    public Tensor of(Tensor a, Tensor b) {
      return Cosine.pairs(a, b).affine(-1, 1);
    }
  };

  private static final double EPS = 1e-6;

  /** Squares below this have no root with a finite gradient. */
  private static final double TINY = 1e-37;

  private static final double LARGE = Double.POSITIVE_INFINITY;

  /** The distances of vectors in pairs. */
  public abstract Tensor of(Tensor a, Tensor b);
}
