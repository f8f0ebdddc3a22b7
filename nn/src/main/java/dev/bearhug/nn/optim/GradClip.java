package dev.bearhug.nn.optim;

import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.std.SumOfSquaresOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits the joint norm of all gradients: the factor is {@code min(1, maxNorm / (norm + 1e-6))}.
 *
 * <p>Gradients are not touched; the factor goes to {@link Optimizer#step(double, double)}, which
 * applies it in its own pass. Source: Pascanu et al., <a href="https://arxiv.org/abs/1211.5063">On
 * the difficulty of training recurrent neural networks</a>, 2013.
 *
 * @param maxNorm largest norm that is left alone, finite and above 0
 * @param p which norm: the root of the sum of p-th powers, at least 1; infinite for the largest
 *     absolute value
 */
public record GradClip(double maxNorm, double p) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public GradClip {
    if (!(maxNorm > 0) || Double.isInfinite(maxNorm)) {
      throw new IllegalArgumentException(
          "gradient clipping: the largest norm must be finite and above 0, got "
              + maxNorm
              + ". Leave clipping out to switch it off.");
    }
    if (!(p >= 1)) {
      throw new IllegalArgumentException(
          "gradient clipping: the order of the norm must be at least 1, got " + p + ".");
    }
  }

  /** Returns clipping by the Euclidean norm. */
  public static GradClip l2(double maxNorm) {
    return new GradClip(maxNorm, 2);
  }

  /** Returns the joint norm of the gradients of this order, see {@link #norm(List, double)}. */
  public double norm(List<Parameter> parameters) {
    return norm(parameters, p);
  }

  /** Returns the factor for gradients of a given joint norm; not a number if the norm is not. */
  public double factor(double norm) {
    return Math.min(1, maxNorm / (norm + 1e-6));
  }

  /** Returns the factor for the gradients that the parameters have now. */
  public double factor(List<Parameter> parameters) {
    return factor(norm(parameters));
  }

  /**
   * Returns the joint norm of the gradients, 0 if there are none.
   *
   * <p>Sums over one tensor are taken on its device, the sum over tensors in double and in order;
   * the device is waited for once.
   *
   * @param parameters those without a gradient are passed over
   * @param p order of the norm, at least 1
   */
  public static double norm(List<Parameter> parameters, double p) {
    try (NoGrad ignored = NoGrad.enter();
        Scope scope = Scope.open("gradient norm")) {
      List<Tensor> parts = new ArrayList<>();
      for (Parameter parameter : parameters) {
        Tensor gradient = parameter.grad();
        if (gradient != null && gradient.numel() > 0) {
          parts.add(part(gradient, p).to(DType.F64).reshape(1));
        }
      }
      return parts.isEmpty() ? 0 : joint(Tensor.cat(0, parts.toArray(new Tensor[0])), p);
    }
  }

  /**
   * Limits every element of the gradients to {@code [-limit, limit]}, in place.
   *
   * @param parameters those without a gradient are passed over
   * @param limit finite and above 0
   * @throws IllegalArgumentException if the limit is out of range; nothing was changed then
   */
  public static void byValue(List<Parameter> parameters, double limit) {
    if (!(limit > 0) || Double.isInfinite(limit)) {
      throw new IllegalArgumentException(
          "gradient clipping: the largest value must be finite and above 0, got "
              + limit
              + ". Leave clipping out to switch it off.");
    }
    try (NoGrad ignored = NoGrad.enter()) {
      for (Parameter parameter : parameters) {
        Tensor gradient = parameter.grad();
        if (gradient != null) {
          try (Scope scope = Scope.open("clip values")) {
            gradient.assign(gradient.clamp(-limit, limit));
          }
        }
      }
    }
  }

  private static Tensor part(Tensor gradient, double p) {
    if (p == 2) {
      return Dispatcher.call(SumOfSquaresOp.INSTANCE, NoAttrs.NONE, gradient);
    }
    Tensor flat = gradient.abs().reshape(gradient.numel());
    return Double.isInfinite(p) ? flat.max(0, false) : flat.pow(p).sum();
  }

  private static double joint(Tensor parts, double p) {
    double total = 0;
    for (double part : parts.toDoubleArray()) {
      total = Double.isInfinite(p) ? Math.max(total, part) : total + part;
    }
    if (Double.isInfinite(p)) {
      return total;
    }
    return p == 2 ? Math.sqrt(total) : Math.pow(total, 1 / p);
  }
}
