package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/**
 * Reads and writes the elements of a host tensor by row-major number, seen under a broadcast shape.
 */
public final class Cursor {

  private final DType dtype;
  private final long base;
  private final Layout layout;
  private final boolean contiguous;
  private final long start;

  /** The tensor as it is. */
  public Cursor(Tensor t) {
    this(t, t.shape());
  }

  /** The tensor expanded to a larger shape. */
  public Cursor(Tensor t, Shape shape) {
    this.dtype = t.dtype();
    this.base = t.storage().address();
    this.layout = t.shape().equals(shape) ? t.layout() : t.layout().expand(shape);
    this.contiguous = layout.isContiguous();
    this.start = layout.offset();
  }

  private long address(long index) {
    return base + (contiguous ? start + index : layout.position(index)) * dtype.bytes();
  }

  /** Value of element {@code index} as a double. */
  public double get(long index) {
    return dtype.read(address(index));
  }

  /** Value of element {@code index} as a long. */
  public long getLong(long index) {
    return dtype.readLong(address(index));
  }

  /** Overwrites element {@code index}. */
  public void set(long index, double value) {
    dtype.write(address(index), value);
  }

  /** Overwrites element {@code index} of an integer tensor exactly. */
  public void setLong(long index, long value) {
    if (dtype == DType.I64) {
      dev.bearhug.tensor.memory.NativeMemory.putLong(address(index), value);
    } else {
      dtype.write(address(index), value);
    }
  }
}
