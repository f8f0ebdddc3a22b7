package dev.bearhug.tensor.backend.cpu;

/** The result of a product over no terms ({@code k == 0}): zeros, the bias, or C as it was. */
final class EmptyProduct {

  private EmptyProduct() {}

  /** Writes {@code C = bias + (C if accumulate)}. */
  static void write(GemmShape s, long bias, long c) {
    GemmOperand out = s.c();
    int bytes = out.type().bytes();
    for (long b1 = 0; b1 < s.batch1(); b1++) {
      for (long b2 = 0; b2 < s.batch2(); b2++) {
        for (long i = 0; i < s.m(); i++) {
          long row = c + out.batchOffset(b1, b2) + i * out.rowStride() * bytes;
          for (long j = 0; j < s.n(); j++) {
            double value = s.accumulate() ? out.type().read(row + j * bytes) : 0;
            if (s.bias() != null) {
              value += s.bias().read(bias + j * s.bias().bytes());
            }
            out.type().write(row + j * bytes, value);
          }
        }
      }
    }
  }
}
