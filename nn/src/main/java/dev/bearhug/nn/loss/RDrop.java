package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * R-Drop (Liang et al., 2021): cross entropy of two passes with different dropout plus their
 * symmetric divergence: {@code f (CE1 + CE2) + alpha g (KL(p | q) + KL(q | p))}. Implementations
 * differ in the factors and in how the divergence is summed.
 *
 * @param alpha weight of the divergence
 * @param entropyFactor f
 * @param divergenceFactor g
 * @param reduction of the divergence, sum or {@link Reduction#BATCH_MEAN}
 */
public record RDrop(
    double alpha, double entropyFactor, double divergenceFactor, Reduction reduction) {

  /** The paper's formula: {@code CE1 + CE2 + alpha / 2 (KL + KL)}, averaged over rows. */
  public static RDrop batchMean(double alpha) {
    return new RDrop(alpha, 1, 0.5, Reduction.BATCH_MEAN);
  }

  /** As the authors' code is used: {@code (CE1 + CE2) / 2 + alpha / 2 (KL + KL)}, KL summed. */
  public static RDrop official(double alpha) {
    return new RDrop(alpha, 0.5, 0.5, Reduction.SUM);
  }

  /** As in HugNLP: {@code CE1 + CE2 + alpha / 4 (KL + KL)}, KL summed. */
  public static RDrop hugNlp(double alpha) {
    return new RDrop(alpha, 1, 0.25, Reduction.SUM);
  }

  /** Scores {@code [n, c]} of both passes and class numbers {@code I64[n]} to one number. */
  public Tensor forward(Tensor first, Tensor second, Tensor target) {
    Tensor entropy = first.crossEntropy(target).add(second.crossEntropy(target));
    Tensor divergence = SymmetricKl.of(first, second, reduction);
    return entropy.mul(entropyFactor).add(divergence.mul(2 * alpha * divergenceFactor));
  }
}
