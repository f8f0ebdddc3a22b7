package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.NativeMemory;

/**
 * The elements of a dense tensor of single or half-width type as a single-precision kernel reads
 * and writes them: in place if they are single precision, else piece by piece through a buffer that
 * stays in the first cache. Memory sees 16 bits per element, and no kernel is written twice.
 *
 * <pre>{@code
 * long to = y.at(first, buffer);
 * kernel(x.read(first, n, buffer), to, n);
 * y.write(first, n, to);
 * }</pre>
 */
final class FloatSpan {

  /** The types a span can have. */
  static final DType[] TYPES = {DType.F32, DType.BF16, DType.F16};

  private final ConvertKernels convert;
  private final DType type;
  private final long address;

  /** Elements from {@code address} on; F32, BF16 or F16. */
  FloatSpan(ConvertKernels convert, DType type, long address) {
    this.convert = convert;
    this.type = type;
    this.address = address;
  }

  /** The elements of a row-major tensor. */
  static FloatSpan of(CpuResources cpu, Tensor t) {
    return new FloatSpan(cpu.kernels().convert(), t.dtype(), t.address());
  }

  /** Whether elements are used in place: buffers are not touched, {@link #write} does nothing. */
  boolean inPlace() {
    return type == DType.F32;
  }

  /** Where a kernel is to write elements from {@code first} on: in place, or to the buffer. */
  long at(long first, long buffer) {
    return inPlace() ? address + 4 * first : buffer;
  }

  /** Makes elements readable in single precision and returns where they are. */
  long read(long first, long count, long buffer) {
    if (type == DType.F32) {
      return address + 4 * first;
    }
    if (type == DType.BF16) {
      convert.bf16ToFloat(address + 2 * first, buffer, count);
    } else {
      convert.halfToFloat(address + 2 * first, buffer, count);
    }
    return buffer;
  }

  /** Rounds elements that were computed at {@code values} to the type, half to even. */
  void write(long first, long count, long values) {
    if (type == DType.F32) {
      long to = address + 4 * first;
      if (values != to) {
        NativeMemory.copy(values, to, 4 * count);
      }
    } else if (type == DType.BF16) {
      convert.floatToBf16(values, address + 2 * first, count);
    } else {
      convert.floatToHalf(values, address + 2 * first, count);
    }
  }
}
