package dev.bearhug.tasks.processor;

/** Outputs of a model as probabilities, in double precision. */
public final class Probabilities {

  private Probabilities() {}

  /** Returns {@code exp(x_i) / sum exp(x_j)}, computed from the largest entry on. */
  public static double[] softmax(float[] logits) {
    double logSum = logSumExp(logits);
    double[] shares = new double[logits.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Math.exp(logits[i] - logSum);
    }
    return shares;
  }

  /** Returns {@code log sum exp(x_j)} without overflow. */
  public static double logSumExp(float[] logits) {
    double largest = logits[argmax(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }

  /** Returns {@code 1 / (1 + exp(-x))} of each entry. */
  public static double[] sigmoid(float[] logits) {
    double[] shares = new double[logits.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = 1 / (1 + Math.exp(-logits[i]));
    }
    return shares;
  }

  /** Returns the index of the largest entry, the first one among equals. */
  public static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
