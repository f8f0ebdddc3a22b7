package dev.bearhug.tensor.backend.cpu;

/** Rotations of pairs of features of one float32 row; the output may be the input. */
public interface RotaryKernels {

  /**
   * Turns features i and {@code i + n}: {@code y[i] = x[i] cos[i] - sign x[i + n] sin[i]}, {@code
   * y[i + n] = x[i + n] cos[i] + sign x[i] sin[i]}.
   *
   * @param n number of pairs
   * @param sign 1, or -1 to turn back
   */
  void halves(long x, long y, long cos, long sin, float sign, int n);

  /**
   * Turns neighbours: {@code y[i] = x[i] cos[i] + sign x[i ^ 1] sin[i]}.
   *
   * @param cos the cosine of each pair, twice
   * @param sin the sine of each pair, first negative
   * @param n number of features
   * @param sign 1, or -1 to turn back
   */
  void neighbours(long x, long y, long cos, long sin, float sign, int n);
}
