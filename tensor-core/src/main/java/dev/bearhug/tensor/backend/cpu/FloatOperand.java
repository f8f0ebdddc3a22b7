package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;

/** A small row-major operand (a weight vector) in single precision: in place, or converted. */
final class FloatOperand implements AutoCloseable {

  private final Scratch scratch;
  private final long address;

  private FloatOperand(Scratch scratch, long address) {
    this.scratch = scratch;
    this.address = address;
  }

  /** The values of a F32, BF16 or F16 tensor; address 0 for null. */
  static FloatOperand of(ConvertKernels convert, Tensor t) {
    if (t == null || t.dtype() == DType.F32) {
      return new FloatOperand(null, t == null ? 0 : t.address());
    }
    Scratch copy = new Scratch(4 * t.numel());
    new FloatSpan(convert, t.dtype(), t.address()).read(0, t.numel(), copy.address());
    return new FloatOperand(copy, copy.address());
  }

  /** Rounds single-precision values into a F32, BF16 or F16 tensor. */
  static void store(ConvertKernels convert, long values, Tensor t) {
    new FloatSpan(convert, t.dtype(), t.address()).write(0, t.numel(), values);
  }

  /** Address of the first value. */
  long address() {
    return address;
  }

  @Override
  public void close() {
    if (scratch != null) {
      scratch.close();
    }
  }
}
