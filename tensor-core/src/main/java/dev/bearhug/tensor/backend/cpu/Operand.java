package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;

/** A tensor as a kernel uses it: in place, or as a dense copy where its strides would be slow. */
final class Operand implements AutoCloseable {

  private final Scratch scratch;
  private final long address;
  private final Layout layout;

  private Operand(Scratch scratch, long address, Layout layout) {
    this.scratch = scratch;
    this.address = address;
    this.layout = layout;
  }

  /** The tensor as it is. */
  static Operand inPlace(Tensor t) {
    return new Operand(null, t.address(), t.layout());
  }

  /** The tensor, copied to dense memory unless {@code inPlace} holds. */
  static Operand of(WorkerPool pool, Tensor t, boolean inPlace) {
    if (inPlace) {
      return inPlace(t);
    }
    int bytes = t.dtype().bytes();
    Scratch copy = new Scratch(t.numel() * bytes);
    StridedCopy.pack(pool, t.address(), t.layout(), copy.address(), bytes);
    return new Operand(copy, copy.address(), Layout.contiguous(t.shape()));
  }

  /** The tensor in row-major order. */
  static Operand rowMajor(WorkerPool pool, Tensor t) {
    return of(pool, t, t.layout().isContiguous());
  }

  /** Address of the first element. */
  long address() {
    return address;
  }

  /** Strides; the offset is not to be used. */
  Layout layout() {
    return layout;
  }

  @Override
  public void close() {
    if (scratch != null) {
      scratch.close();
    }
  }
}
