package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.DiagonalGradOp;
import java.util.List;

/** Naive kernels of the ops that only move elements to or from another layout. */
final class GenericLayoutKernels {

  private GenericLayoutKernels() {}

  static void register(KernelTable table) {
    table.addStrided("flip", GenericLayoutKernels::flip, DType.values());
    table.addStrided("diagonal_grad", GenericLayoutKernels::diagonalGrad, GenericKernels.FLOATS);
  }

  private static void flip(KernelCall c) {
    Tensor x = c.in(0);
    int[] axes = c.<List<Integer>>attrs().stream().mapToInt(Integer::intValue).toArray();
    Layout backwards = x.layout().flip(axes);
    DType t = x.dtype();
    Cursor y = new Cursor(c.out(0));
    for (long i = 0, n = x.numel(); i < n; i++) {
      long address = x.storage().address() + backwards.position(i) * t.bytes();
      if (t.isFloating()) {
        y.set(i, t.read(address));
      } else {
        y.setLong(i, t.readLong(address));
      }
    }
  }

  private static void diagonalGrad(KernelCall c) {
    Cursor gy = new Cursor(c.in(0));
    Tensor gx = c.out(0);
    Cursor all = new Cursor(gx);
    for (long i = 0, n = gx.numel(); i < n; i++) {
      all.set(i, 0);
    }
    Layout diagonal = c.<DiagonalGradOp.Attrs>attrs().of(gx.layout());
    for (long i = 0, n = diagonal.shape().numel(); i < n; i++) {
      gx.dtype()
          .write(gx.storage().address() + diagonal.position(i) * gx.dtype().bytes(), gy.get(i));
    }
  }
}
