package dev.bearhug.tensor.backend.cpu;

/** Dropout by counter-based random numbers, so that no mask is ever stored. */
public interface DropoutKernels {

  /**
   * Writes {@code y[i] = keep(i) x[i] / (1 - p)} for i in [lo, hi); also its own gradient.
   *
   * <p>Element i uses word {@code i % 4} of the Philox block with counter {@code i / 4}; it is kept
   * when {@code (word >>> 8) 2^-24 >= p}. Dropped elements are positive zero. Any range can be
   * computed on its own.
   *
   * @param x address of element 0 of the input (not of element lo)
   * @param y address of element 0 of the output; may be x
   * @param lo first element
   * @param hi element after the last
   * @param seed Philox key
   * @param stream upper half of the counter: one value per use of dropout
   * @param p probability of dropping, in [0, 1]
   */
  void dropout(long x, long y, long lo, long hi, long seed, long stream, float p);

  /** Floats beyond those asked for that {@link #factors} may write. */
  int SLACK = 256;

  /**
   * Writes what {@link #dropout} multiplies elements with: 0 or {@code 1 / (1 - p)}.
   *
   * @param to room for {@code count + SLACK} floats
   * @param first number of the first element; any range is computed at the same speed
   * @param count number of elements
   * @return address of the factor of the first element
   */
  long factors(long to, long first, long count, long seed, long stream, float p);
}
