package dev.bearhug.nn.loss;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.Reduction;

/**
 * Knowledge distillation (Hinton et al., 2015): {@code w T^2 KL(teacher_T | student_T) + (1 - w)
 * CE}, averaged over rows, with the softmax at temperature T.
 *
 * @param temperature T
 * @param weight w of the teacher, in {@code [0, 1]}
 */
public record Distillation(double temperature, double weight) {

  /**
   * Checks the temperature.
   *
   * @throws IllegalArgumentException unless positive and finite
   */
  public Distillation {
    Temperatures.check("distillation", temperature);
  }

  /**
   * {@code T^2 KL(teacher_T | student_T)}, averaged over rows; no gradient reaches the teacher.
   *
   * @param student scores {@code [n, c]}
   * @param teacher scores {@code [n, c]}
   */
  public Tensor soft(Tensor student, Tensor teacher) {
    double t = temperature;
    return SymmetricKl.divergence(
            teacher.detach().mul(1 / t), student.mul(1 / t), Reduction.BATCH_MEAN)
        .mul(t * t);
  }

  /**
   * The loss, one number.
   *
   * @param target {@code I64[n]}; may be null if the weight is 1
   */
  public Tensor forward(Tensor student, Tensor teacher, Tensor target) {
    Tensor soft = soft(student, teacher).mul(weight);
    return weight == 1 ? soft : soft.add(student.crossEntropy(target).mul(1 - weight));
  }
}
