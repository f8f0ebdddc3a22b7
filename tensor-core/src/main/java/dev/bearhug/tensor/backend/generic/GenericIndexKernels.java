package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.EmbeddingGradOp;
import dev.bearhug.tensor.op.std.IndexErrors;

/** Naive kernels of the ops that read or write where an index tensor says. */
final class GenericIndexKernels {

  private GenericIndexKernels() {}

  static void register(KernelTable table) {
    table.addStrided("gather", GenericIndexKernels::gather, DType.values());
    table.addStrided("scatter_add", GenericIndexKernels::scatterAdd, GenericKernels.NUMBERS);
    table.addStrided("embedding", GenericIndexKernels::embedding, GenericKernels.FLOATS);
    table.addStrided("embedding_grad", GenericIndexKernels::embeddingGrad, GenericKernels.FLOATS);
  }

  /**
   * Row-major number in the values of what index element {@code i} points to; checks the range.
   *
   * @param op name of the op, for the error
   */
  private static long target(String op, Shape values, Shape index, int axis, long i, long at) {
    long rest = i;
    long position = 0;
    long step = 1;
    for (int a = index.rank() - 1; a >= 0; a--) {
      long coordinate = rest % index.dim(a);
      rest /= index.dim(a);
      position += (a == axis ? at : coordinate) * step;
      step *= values.dim(a);
    }
    if (at < 0 || at >= values.dim(axis)) {
      throw IndexErrors.index(op, at, index, i, values.dim(axis));
    }
    return position;
  }

  private static void gather(KernelCall c) {
    int axis = c.<Integer>attrs();
    Cursor x = new Cursor(c.in(0));
    Cursor index = new Cursor(c.in(1));
    Cursor y = new Cursor(c.out(0));
    Shape values = c.in(0).shape();
    Shape shape = c.in(1).shape();
    boolean integers = !c.out(0).dtype().isFloating();
    for (long i = 0, n = shape.numel(); i < n; i++) {
      long from = target("gather", values, shape, axis, i, index.getLong(i));
      if (integers) {
        y.setLong(i, x.getLong(from));
      } else {
        y.set(i, x.get(from));
      }
    }
  }

  private static void scatterAdd(KernelCall c) {
    int axis = c.<Integer>attrs();
    Cursor x = new Cursor(c.in(0));
    Cursor index = new Cursor(c.in(1));
    Cursor source = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      y.set(i, x.get(i));
    }
    Shape shape = c.in(1).shape();
    for (long i = 0, n = shape.numel(); i < n; i++) {
      long to = target("scatter_add", c.in(0).shape(), shape, axis, i, index.getLong(i));
      y.set(to, y.get(to) + source.get(i));
    }
  }

  private static void embedding(KernelCall c) {
    Cursor weight = new Cursor(c.in(0));
    Cursor ids = new Cursor(c.in(1));
    Cursor y = new Cursor(c.out(0));
    long vocabulary = c.in(0).dim(0);
    long width = c.in(0).dim(1);
    for (long i = 0, n = c.in(1).numel(); i < n; i++) {
      long id = ids.getLong(i);
      if (id < 0 || id >= vocabulary) {
        throw IndexErrors.id("embedding", id, c.in(1).shape(), i, vocabulary);
      }
      for (long j = 0; j < width; j++) {
        y.set(i * width + j, weight.get(id * width + j));
      }
    }
  }

  private static void embeddingGrad(KernelCall c) {
    EmbeddingGradOp.Attrs a = c.attrs();
    Cursor gy = new Cursor(c.in(0));
    Cursor ids = new Cursor(c.in(1));
    Cursor gweight = new Cursor(c.out(0));
    long width = c.out(0).dim(1);
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      gweight.set(i, 0);
    }
    for (long i = 0, n = c.in(1).numel(); i < n; i++) {
      long id = ids.getLong(i);
      if (id < 0 || id >= a.vocabulary()) {
        throw IndexErrors.id("embedding_grad", id, c.in(1).shape(), i, a.vocabulary());
      }
      for (long j = 0; j < width && id != a.paddingIndex(); j++) {
        long to = id * width + j;
        gweight.set(to, gweight.get(to) + gy.get(i * width + j));
      }
    }
  }
}
