package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.DiagonalGradOp;
import dev.bearhug.tensor.op.std.SliceGradOp;
import dev.bearhug.tensor.op.std.SliceOp;
import java.util.List;

/** Copies, conversions and joins of all element types. */
final class CopyBindings {

  /** Converts elements {@code [from, to)} between two dense ranges. */
  @FunctionalInterface
  private interface Conversion {
    void run(long from, long to);
  }

  private final CpuResources cpu;

  private CopyBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    CopyBindings b = new CopyBindings(cpu);
    table.addStrided("copy", b::copy, DType.values());
    table.addStrided("cat", b::cat, DType.values());
    table.addStrided("flip", b::flip, DType.values());
    table.addStrided("diagonal_grad", b::diagonalGrad, DType.F32, DType.F64, DType.BF16, DType.F16);
    table.addStrided("slice_grad", b::sliceGrad, DType.F32, DType.F64, DType.BF16, DType.F16);
  }

  private void copy(KernelCall c) {
    Tensor x = c.in(0);
    Tensor y = c.out(0);
    if (x.dtype() == y.dtype()) {
      copyTo(x, y.address(), y.layout());
      return;
    }
    try (Operand dense = Operand.rowMajor(cpu.pool(), x)) {
      Conversion conversion = conversion(x.dtype(), y.dtype(), dense.address(), y.address());
      cpu.elements(y.numel(), conversion::run);
    }
  }

  /** Copies a tensor to memory of the same element type. */
  private void copyTo(Tensor x, long to, Layout target) {
    int bytes = x.dtype().bytes();
    if (x.layout().isContiguous() && target.isContiguous()) {
      long from = x.address();
      cpu.elements(
          x.numel() * bytes,
          (first, last) -> NativeMemory.copy(from + first, to + first, last - first));
    } else {
      StridedCopy.copy(cpu.pool(), x.address(), x.layout(), to, target, bytes);
    }
  }

  private Conversion conversion(DType from, DType to, long x, long y) {
    ConvertKernels k = cpu.kernels().convert();
    if (to == DType.F32) {
      switch (from) {
        case BF16 -> {
          return (i, end) -> k.bf16ToFloat(x + 2 * i, y + 4 * i, end - i);
        }
        case F16 -> {
          return (i, end) -> k.halfToFloat(x + 2 * i, y + 4 * i, end - i);
        }
        case I32 -> {
          return (i, end) -> k.intToFloat(x + 4 * i, y + 4 * i, end - i);
        }
        case I64 -> {
          return (i, end) -> k.longToFloat(x + 8 * i, y + 4 * i, end - i);
        }
        case BOOL -> {
          return (start, end) -> {
            for (long i = start; i < end; i++) {
              putFloat(y + 4 * i, getByte(x + i) != 0 ? 1f : 0f);
            }
          };
        }
        default -> {
          return eachElement(from, to, x, y);
        }
      }
    }
    if (from == DType.F32) {
      switch (to) {
        case BF16 -> {
          return (i, end) -> k.floatToBf16(x + 4 * i, y + 2 * i, end - i);
        }
        case F16 -> {
          return (i, end) -> k.floatToHalf(x + 4 * i, y + 2 * i, end - i);
        }
        case BOOL -> {
          return (start, end) -> {
            for (long i = start; i < end; i++) {
              putByte(y + i, (byte) (getFloat(x + 4 * i) != 0 ? 1 : 0));
            }
          };
        }
        default -> {
          return eachElement(from, to, x, y);
        }
      }
    }
    return eachElement(from, to, x, y);
  }

  private static Conversion eachElement(DType from, DType to, long x, long y) {
    int step = from.bytes();
    int toStep = to.bytes();
    if (!from.isFloating() && to == DType.I64) {
      return (start, end) -> {
        for (long i = start; i < end; i++) {
          NativeMemory.putLong(y + 8 * i, from.readLong(x + i * step));
        }
      };
    }
    return (start, end) -> {
      for (long i = start; i < end; i++) {
        to.write(y + i * toStep, from.read(x + i * step));
      }
    };
  }

  private void cat(KernelCall c) {
    int axis = c.<Integer>attrs();
    Tensor y = c.out(0);
    int bytes = y.dtype().bytes();
    long start = 0;
    for (int p = 0; p < c.inputs(); p++) {
      long end = start + c.in(p).dim(axis);
      Layout part = y.layout().slice(axis, start, end, 1);
      copyTo(c.in(p), y.address() + part.offset() * bytes, part);
      start = end;
    }
  }

  private void flip(KernelCall c) {
    Tensor x = c.in(0);
    Tensor y = c.out(0);
    int[] axes = c.<List<Integer>>attrs().stream().mapToInt(Integer::intValue).toArray();
    Layout backwards = x.layout().flip(axes);
    int bytes = x.dtype().bytes();
    long first = x.storage().address() + backwards.offset() * bytes;
    StridedCopy.copy(cpu.pool(), first, backwards, y.address(), y.layout(), bytes);
  }

  private void diagonalGrad(KernelCall c) {
    Tensor gx = c.out(0);
    int bytes = gx.dtype().bytes();
    long base = gx.address();
    cpu.elements(
        gx.numel() * bytes, (from, to) -> NativeMemory.fill(base + from, to - from, (byte) 0));
    Layout diagonal = c.<DiagonalGradOp.Attrs>attrs().of(gx.layout());
    copyTo(c.in(0), base + (diagonal.offset() - gx.layout().offset()) * bytes, diagonal);
  }

  private void sliceGrad(KernelCall c) {
    SliceOp.Attrs s = c.<SliceGradOp.Attrs>attrs().slice();
    Tensor gx = c.out(0);
    int bytes = gx.dtype().bytes();
    Layout taken = gx.layout().slice(s.axis(), s.start(), s.end(), s.step());
    if (s.step() == 1) {
      clear(gx, s.axis(), 0, s.start());
      clear(gx, s.axis(), s.end(), gx.dim(s.axis()));
    } else {
      clear(gx, s.axis(), 0, gx.dim(s.axis()));
    }
    copyTo(c.in(0), gx.address() + taken.offset() * bytes, taken);
  }

  /** Writes zeros to a range of an axis of a row-major tensor. */
  private void clear(Tensor t, int axis, long start, long end) {
    Shape shape = t.shape();
    long block = t.dtype().bytes();
    for (int i = axis + 1; i < shape.rank(); i++) {
      block *= shape.dim(i);
    }
    long step = block * shape.dim(axis);
    long bytes = block * (end - start);
    if (bytes == 0 || step == 0) {
      return;
    }
    long base = t.address() + start * block;
    long outer = t.numel() * t.dtype().bytes() / step;
    cpu.rows(
        outer,
        bytes,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            NativeMemory.fill(base + i * step, bytes, (byte) 0);
          }
        });
  }
}
