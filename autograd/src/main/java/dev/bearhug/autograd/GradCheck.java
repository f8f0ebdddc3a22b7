package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Compares the gradients of a function with central differences in double precision.
 *
 * <p>The result y of the function is weighted with random numbers c, and for each input the
 * derivative of {@code sum(c * y)} along directions is compared: along every single element of
 * small inputs, along random directions for large ones.
 *
 * <pre>{@code
 * GradCheck.of(in -> in[0].matmul(in[1]).gelu()).assertPasses(a, b);
 * }</pre>
 */
public final class GradCheck {

  private static final int SMALL = 24;
  private static final int DIRECTIONS = 4;

  private final Function<Tensor[], Tensor> function;
  private double step = 1e-5;
  private double tolerance = 1e-6;
  private long seed = 1;

  private GradCheck(Function<Tensor[], Tensor> function) {
    this.function = function;
  }

  /**
   * Result of a check.
   *
   * @param error largest {@code |analytic - numeric| / max(1, |numeric|)} found
   * @param worst where it was found, empty if nothing was compared
   * @param comparisons number of derivatives that were compared
   */
  public record Report(double error, String worst, int comparisons) {}

  /** A check of a function of several tensors; its result is of type {@code F64}. */
  public static GradCheck of(Function<Tensor[], Tensor> function) {
    return new GradCheck(function);
  }

  /** Sets the step of the differences, 1e-5 unless changed. */
  public GradCheck step(double newStep) {
    this.step = newStep;
    return this;
  }

  /** Sets the largest error that passes, 1e-6 unless changed. */
  public GradCheck tolerance(double newTolerance) {
    this.tolerance = newTolerance;
    return this;
  }

  /** Sets the seed of weights and directions, 1 unless changed. */
  public GradCheck seed(long newSeed) {
    this.seed = newSeed;
    return this;
  }

  /**
   * Runs the check.
   *
   * @throws AssertionError if an error is above the tolerance or not a number; names the input, the
   *     direction, both derivatives and the seed
   */
  public void assertPasses(Tensor... inputs) {
    Report r = run(inputs);
    if (!(r.error() <= tolerance)) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "GradCheck: error %.3g is above %.3g: %s (seed %d).",
              r.error(),
              tolerance,
              r.worst(),
              seed));
    }
  }

  /**
   * Runs the check and returns the largest error.
   *
   * @param inputs arguments of the function; gradients of those of type {@code F64} are checked,
   *     others and nulls are passed on
   * @throws IllegalArgumentException if no input is {@code F64} or the result is not
   */
  public Report run(Tensor... inputs) {
    int[] checked = checked(inputs);
    try (Scope scope = Scope.open("grad-check")) {
      Tensor[] leaves = inputs.clone();
      Tensor[] wanted = new Tensor[checked.length];
      for (int i = 0; i < checked.length; i++) {
        leaves[checked[i]] = Autograd.requireGrad(inputs[checked[i]].detach().copy());
        wanted[i] = leaves[checked[i]];
      }
      Tensor y = function.apply(leaves);
      if (y.dtype() != DType.F64) {
        throw new IllegalArgumentException(
            "GradCheck: the result is "
                + y.describe()
                + " but must be F64, or its rounding hides the differences.");
      }
      SplittableRandom random = new SplittableRandom(seed);
      double[] weights = random.doubles(y.numel(), -1, 1).toArray();
      Tensor cotangent = tensor(weights, y.shape(), y.device());
      Tensor[] gradients = Autograd.gradients(y, cotangent, wanted);
      return compare(inputs, checked, gradients, weights, random);
    }
  }

  private static int[] checked(Tensor[] inputs) {
    int[] found = new int[inputs.length];
    int n = 0;
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i] != null && inputs[i].dtype() == DType.F64) {
        found[n++] = i;
      }
    }
    if (n == 0) {
      throw new IllegalArgumentException(
          "GradCheck: no input is of type F64. Convert those to check with to(DType.F64).");
    }
    return Arrays.copyOf(found, n);
  }

  private Report compare(
      Tensor[] inputs,
      int[] checked,
      Tensor[] gradients,
      double[] weights,
      SplittableRandom random) {
    double worst = 0;
    String where = "";
    int comparisons = 0;
    for (int i = 0; i < checked.length; i++) {
      double[] values = inputs[checked[i]].toDoubleArray();
      double[] gradient =
          gradients[i] == null ? new double[values.length] : gradients[i].toDoubleArray();
      boolean small = values.length <= SMALL;
      for (int d = 0; d < (small ? values.length : DIRECTIONS); d++) {
        double[] low = values.clone();
        double[] high = values.clone();
        double analytic = 0;
        for (int j = 0; j < values.length; j++) {
          double direction = small ? (j == d ? 1 : 0) : random.nextDouble(-1, 1);
          low[j] -= step * direction;
          high[j] += step * direction;
          analytic += direction * gradient[j];
        }
        double numeric =
            (value(inputs, checked[i], high, weights) - value(inputs, checked[i], low, weights))
                / (2 * step);
        double error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(numeric));
        comparisons++;
        if (!(error <= worst)) {
          worst = error;
          where =
              String.format(
                  Locale.ROOT,
                  "input %d along %s %d: the tape gives %s, differences give %s",
                  checked[i],
                  small ? "element" : "random direction",
                  d,
                  analytic,
                  numeric);
        }
      }
    }
    return new Report(worst, where, comparisons);
  }

  private double value(Tensor[] inputs, int changed, double[] values, double[] weights) {
    try (NoGrad ignored = NoGrad.enter();
        Scope scope = Scope.open("grad-check-difference")) {
      Tensor[] arguments = inputs.clone();
      arguments[changed] = tensor(values, inputs[changed].shape(), inputs[changed].device());
      double[] y = function.apply(arguments).toDoubleArray();
      double total = 0;
      for (int i = 0; i < y.length; i++) {
        total += weights[i] * y[i];
      }
      return total;
    }
  }

  private static Tensor tensor(double[] values, Shape shape, Device device) {
    return Tensor.of(values).reshape(shape.dims()).to(device);
  }
}
