package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;

/**
 * Supervised contrastive loss (Khosla et al., 2020): every view of every example is an anchor i
 * that is drawn to the views P(i) with its label: {@code -t / t0 mean_(p in P(i)) log(e^(z_i z_p /
 * t) / sum_(a != i) e^(z_i z_a / t))}, averaged over anchors. Anchors without positives contribute
 * 0.
 *
 * @param temperature t
 * @param baseTemperature t0
 * @param allAnchors whether all views are anchors or only the first of every example
 */
public record SupervisedContrastive(
    double temperature, double baseTemperature, boolean allAnchors) {

  /**
   * Checks the temperatures.
   *
   * @throws IllegalArgumentException unless positive and finite
   */
  public SupervisedContrastive {
    Temperatures.check("supervised_contrastive", temperature);
    Temperatures.check("supervised_contrastive", baseTemperature);
  }

  /** All views as anchors, without further scaling. */
  public SupervisedContrastive(double temperature) {
    this(temperature, temperature, true);
  }

  /**
   * The loss, one number.
   *
   * @param features {@code [n, views, d]}, of length 1 unless the length is meant to count
   * @param labels {@code I64[n]}, or null: then only views of one example are alike, as in SimCLR
   *     (Chen et al., 2020)
   */
  public Tensor forward(Tensor features, Tensor labels) {
    long n = features.dim(0);
    long views = features.dim(1);
    Tensor all = features.transpose(0, 1).reshape(n * views, features.dim(2));
    long anchors = allAnchors ? n * views : n;
    Tensor logits = all.slice(0, 0, anchors).matmul(all.transpose(0, 1)).mul(1 / temperature);
    Tensor numbers = Tensor.arange(n * views, features.device());
    Tensor self = numbers.slice(0, 0, anchors).unsqueeze(1).eq(numbers);
    Tensor known = labels == null ? Tensor.arange(n, features.device()) : labels;
    Tensor repeated = known.unsqueeze(0).expand(views, n).reshape(n * views);
    Tensor positive =
        repeated
            .slice(0, 0, anchors)
            .unsqueeze(1)
            .eq(repeated)
            .to(logits.dtype())
            .maskedFill(self, 0);
    Tensor logp = logits.maskedFill(self, Double.NEGATIVE_INFINITY).logSoftmax();
    // The anchor itself has probability 0, whose logarithm must not meet a factor of 0.
    Tensor sums = logp.maskedFill(self, 0).mul(positive).sum(false, 1);
    Tensor counts = positive.sum(false, 1).clamp(1, Double.POSITIVE_INFINITY);
    return sums.div(counts).mean().mul(-temperature / baseTemperature);
  }
}
