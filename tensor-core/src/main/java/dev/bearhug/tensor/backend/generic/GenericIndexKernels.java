package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.EmbeddingGradOp;
import dev.bearhug.tensor.op.std.IndexAddOp;
import dev.bearhug.tensor.op.std.IndexErrors;
import dev.bearhug.tensor.op.std.NonzeroOp;
import dev.bearhug.tensor.op.std.WrapIndexOp;

/** Naive kernels of the ops that read or write where an index tensor says. */
final class GenericIndexKernels {

  private GenericIndexKernels() {}

  static void register(KernelTable table) {
    table.addStrided("gather", GenericIndexKernels::gather, DType.values());
    table.addStrided("scatter_add", GenericIndexKernels::scatterAdd, GenericKernels.NUMBERS);
    table.addStrided("scatter", GenericIndexKernels::scatter, DType.values());
    table.addStrided("index_select", GenericIndexKernels::indexSelect, DType.values());
    table.addStrided("index_add", GenericIndexKernels::indexAdd, GenericKernels.NUMBERS);
    table.addStrided("index_copy", GenericIndexKernels::indexCopy, DType.values());
    table.addStrided("wrap_index", GenericIndexKernels::wrapIndex, DType.I64);
    table.addStrided("nonzero", GenericIndexKernels::nonzero, DType.values());
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

  private static void move(Cursor from, long source, Cursor to, long target, boolean integers) {
    if (integers) {
      to.setLong(target, from.getLong(source));
    } else {
      to.set(target, from.get(source));
    }
  }

  private static void copyAll(KernelCall c, Cursor y, boolean integers) {
    Cursor x = new Cursor(c.in(0));
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      move(x, i, y, i, integers);
    }
  }

  private static void scatter(KernelCall c) {
    int axis = c.<Integer>attrs();
    Cursor index = new Cursor(c.in(1));
    Cursor source = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    copyAll(c, y, integers);
    Shape shape = c.in(1).shape();
    for (long i = 0, n = shape.numel(); i < n; i++) {
      long to = target("scatter", c.in(0).shape(), shape, axis, i, index.getLong(i));
      move(source, i, y, to, integers);
    }
  }

  /** Handles element {@code slice} of the slices and element {@code whole} of the whole tensor. */
  @FunctionalInterface
  private interface SliceElement {
    void at(long slice, long whole);
  }

  /**
   * Walks over slices {@code [outer, n, inner]} in row-major order, each beside its place in a
   * tensor of the given shape; checks the indices.
   */
  private static void slices(
      String op, Shape whole, int axis, Tensor indices, SliceElement element) {
    Cursor index = new Cursor(indices);
    long inner = 1;
    for (int a = axis + 1; a < whole.rank(); a++) {
      inner *= whole.dim(a);
    }
    long size = whole.dim(axis);
    long n = indices.numel();
    for (long i = 0; i < n; i++) {
      long at = index.getLong(i);
      if (at < 0 || at >= size) {
        throw IndexErrors.index(op, at, indices.shape(), i, size);
      }
    }
    long outer = 1;
    for (int a = 0; a < axis; a++) {
      outer *= whole.dim(a);
    }
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < n; i++) {
        for (long j = 0; j < inner; j++) {
          element.at((o * n + i) * inner + j, (o * size + index.getLong(i)) * inner + j);
        }
      }
    }
  }

  private static void indexSelect(KernelCall c) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    slices(
        "index_select",
        c.in(0).shape(),
        c.<Integer>attrs(),
        c.in(1),
        (slice, whole) -> move(x, whole, y, slice, integers));
  }

  private static void indexAdd(KernelCall c) {
    IndexAddOp.Attrs a = c.attrs();
    Cursor source = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    copyAll(c, y, integers);
    slices(
        "index_add",
        c.in(0).shape(),
        a.axis(),
        c.in(1),
        (slice, whole) -> {
          if (integers) {
            y.setLong(whole, y.getLong(whole) + (long) (a.alpha() * source.getLong(slice)));
          } else {
            y.set(whole, y.get(whole) + a.alpha() * source.get(slice));
          }
        });
  }

  private static void indexCopy(KernelCall c) {
    Cursor source = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    copyAll(c, y, integers);
    slices(
        "index_copy",
        c.in(0).shape(),
        c.<Integer>attrs(),
        c.in(1),
        (slice, whole) -> move(source, slice, y, whole, integers));
  }

  private static void wrapIndex(KernelCall c) {
    WrapIndexOp.Attrs a = c.attrs();
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = c.in(0).numel(); i < n; i++) {
      long at = x.getLong(i);
      if (at >= a.size() || at < (a.negative() ? -a.size() : 0)) {
        throw a.negative()
            ? IndexErrors.wrapped(a.user(), at, c.in(0).shape(), i, a.size())
            : IndexErrors.index(a.user(), at, c.in(0).shape(), i, a.size());
      }
      y.setLong(i, at < 0 ? at + a.size() : at);
    }
  }

  private static void nonzero(KernelCall c) {
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    Shape shape = c.in(0).shape();
    int rank = shape.rank();
    long count = c.<Long>attrs();
    long found = 0;
    for (long i = 0, n = shape.numel(); i < n; i++) {
      if (x.get(i) == 0) {
        continue;
      }
      long rest = i;
      for (int a = rank - 1; a >= 0 && found < count; a--) {
        y.setLong(found * rank + a, rest % shape.dim(a));
        rest /= shape.dim(a);
      }
      found++;
    }
    if (found != count) {
      throw NonzeroOp.miscounted(shape, found, count);
    }
  }

  private static void scatterAdd(KernelCall c) {
    int axis = c.<Integer>attrs();
    Cursor index = new Cursor(c.in(1));
    Cursor source = new Cursor(c.in(2));
    Cursor y = new Cursor(c.out(0));
    boolean integers = !c.out(0).dtype().isFloating();
    copyAll(c, y, integers);
    Shape shape = c.in(1).shape();
    for (long i = 0, n = shape.numel(); i < n; i++) {
      long to = target("scatter_add", c.in(0).shape(), shape, axis, i, index.getLong(i));
      if (integers) {
        y.setLong(to, y.getLong(to) + source.getLong(i));
      } else {
        y.set(to, y.get(to) + source.get(i));
      }
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
    if (a.scaleByFrequency()) {
      divideByFrequency(c.in(1), gweight, a.vocabulary(), width);
    }
  }

  private static void divideByFrequency(Tensor ids, Cursor gweight, long vocabulary, long width) {
    long[] counts = new long[Math.toIntExact(vocabulary)];
    Cursor id = new Cursor(ids);
    for (long i = 0, n = ids.numel(); i < n; i++) {
      counts[(int) id.getLong(i)]++;
    }
    for (long i = 0, n = vocabulary * width; i < n; i++) {
      gweight.set(i, gweight.get(i) / Math.max(1, counts[(int) (i / width)]));
    }
  }
}
