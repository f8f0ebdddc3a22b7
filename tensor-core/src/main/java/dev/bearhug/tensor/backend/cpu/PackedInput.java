package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;

/**
 * A tensor as a kernel reads it: in place, or from a dense copy where its own strides would be
 * slow.
 */
final class PackedInput implements AutoCloseable {

  private final Scratch scratch;
  private final long address;
  private final Layout layout;

  private PackedInput(Scratch scratch, long address, Layout layout) {
    this.scratch = scratch;
    this.address = address;
    this.layout = layout;
  }

  /** The tensor, copied to dense memory unless {@code inPlace} holds. */
  static PackedInput of(WorkerPool pool, Tensor t, boolean inPlace) {
    if (inPlace) {
      return new PackedInput(null, t.address(), t.layout());
    }
    int bytes = t.dtype().bytes();
    Scratch copy = new Scratch(t.numel() * bytes);
    StridedCopy.pack(pool, t.address(), t.layout(), copy.address(), bytes);
    return new PackedInput(copy, copy.address(), Layout.contiguous(t.shape()));
  }

  /** The tensor in row-major order. */
  static PackedInput rowMajor(WorkerPool pool, Tensor t) {
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
