package dev.bearhug.nn;

import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/**
 * Random orthogonal matrices: normal vectors made orthonormal one after another by Gram and
 * Schmidt, each twice, because once is not exact enough (Giraud et al., 2005). Keeping each
 * vector's side makes the distribution uniform (Mezzadri, 2007).
 */
final class Orthogonal {

  private Orthogonal() {}

  static Tensor create(Shape shape, double gain, RandomSource random) {
    Fans.requireMatrix("orthogonal", shape);
    if (shape.numel() == 0) {
      return Tensor.zeros(shape.dims());
    }
    int rows = Math.toIntExact(shape.dim(0));
    int cols = Math.toIntExact(shape.numel() / rows);
    int count = Math.min(rows, cols);
    int length = Math.max(rows, cols);
    double[][] vectors = normal(count, length, random);
    for (int i = 0; i < count; i++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          subtract(vectors[i], dot(vectors[i], vectors[j]), vectors[j]);
        }
        scale(vectors[i], 1 / Math.sqrt(dot(vectors[i], vectors[i])));
      }
    }
    float[] values = new float[rows * cols];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        values[r * cols + c] = (float) (gain * (rows <= cols ? vectors[r][c] : vectors[c][r]));
      }
    }
    return Tensor.of(values, shape.dims());
  }

  private static double[][] normal(int count, int length, RandomSource random) {
    double[][] vectors = new double[count][length];
    try (Tensor t = RandomTensors.normal(Shape.of(count, length), 0, 1, random)) {
      float[] values = t.toFloatArray();
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < length; j++) {
          vectors[i][j] = values[i * length + j];
        }
      }
    }
    return vectors;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void subtract(double[] a, double factor, double[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] -= factor * b[i];
    }
  }

  private static void scale(double[] a, double factor) {
    for (int i = 0; i < a.length; i++) {
      a[i] *= factor;
    }
  }
}
