package dev.bearhug.tensor.backend.cpu;

/**
 * Conversions between number formats over n elements; input and output must not overlap.
 *
 * <p>To 16 bits rounding is to nearest, ties to even; overflow gives infinity, NaN stays a (quiet)
 * NaN.
 */
public interface ConvertKernels {

  /** Converts float32 to bfloat16. */
  void floatToBf16(long x, long y, long n);

  /** Converts bfloat16 to float32, exactly. */
  void bf16ToFloat(long x, long y, long n);

  /** Converts float32 to IEEE half precision. */
  void floatToHalf(long x, long y, long n);

  /** Converts IEEE half precision to float32, exactly. */
  void halfToFloat(long x, long y, long n);

  /** Converts int32 to float32, rounding to nearest. */
  void intToFloat(long x, long y, long n);

  /** Converts int64 to float32, rounding to nearest. */
  void longToFloat(long x, long y, long n);
}
