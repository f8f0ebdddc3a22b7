package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getByte;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getInt;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.getShort;
import static dev.bearhug.tensor.memory.NativeMemory.putByte;
import static dev.bearhug.tensor.memory.NativeMemory.putInt;
import static dev.bearhug.tensor.memory.NativeMemory.putLong;
import static dev.bearhug.tensor.memory.NativeMemory.putShort;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.CompareOp;
import dev.bearhug.tensor.op.std.LogicalOp;
import dev.bearhug.tensor.op.std.StandardOps;
import dev.bearhug.tensor.op.std.TestOp;
import java.util.function.DoublePredicate;

/** Comparisons and the choice between two tensors, of all element types. */
final class ConditionBindings {

  private final CpuResources cpu;

  private ConditionBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ConditionBindings b = new ConditionBindings(cpu);
    for (Op<?> op : StandardOps.all()) {
      if (op instanceof CompareOp compare) {
        table.addStrided(compare.name(), c -> b.compare(c, compare), DType.values());
      } else if (op instanceof TestOp test) {
        table.addStrided(test.name(), c -> b.test(c, test.test()), DType.values());
      } else if (op instanceof LogicalOp logic) {
        table.addStrided(logic.name(), c -> b.logic(c, logic.function()), DType.BOOL);
      }
    }
    table.addStrided("where", b::where, DType.values());
  }

  // ---------------------------------------------------------------- comparisons

  private void compare(KernelCall c, CompareOp op) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    Tensor y = c.out(0);
    DType type = a.dtype();
    int bytes = type.bytes();
    StridedLoop loop = StridedLoop.over(y.shape(), y.layout(), a.layout(), b.layout());
    long left = a.address();
    long right = b.address();
    long out = y.address();
    long leftStep = loop.stride(1, 0) * bytes;
    long rightStep = loop.stride(2, 0) * bytes;
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long p = left + starts[1] * bytes + from * leftStep;
          long q = right + starts[2] * bytes + from * rightStep;
          long to = out + starts[0] + from;
          if (type == DType.F32) {
            floats(op, p, leftStep, q, rightStep, to, (int) count);
          } else if (type.isFloating()) {
            doubles(op, type, p, leftStep, q, rightStep, to, (int) count);
          } else {
            longs(op, type, p, leftStep, q, rightStep, to, (int) count);
          }
        });
  }

  private void test(KernelCall c, DoublePredicate test) {
    Tensor x = c.in(0);
    Tensor y = c.out(0);
    DType type = x.dtype();
    StridedLoop loop = StridedLoop.over(y.shape(), y.layout(), x.layout());
    long step = loop.stride(1, 0) * type.bytes();
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long p = x.address() + starts[1] * type.bytes() + from * step;
          long to = y.address() + starts[0] + from;
          for (long i = 0; i < count; i++) {
            putByte(to + i, truth(test.test(type.read(p + i * step))));
          }
        });
  }

  private void logic(KernelCall c, LogicalOp.Function f) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    Tensor y = c.out(0);
    StridedLoop loop = StridedLoop.over(y.shape(), y.layout(), a.layout(), b.layout());
    long leftStep = loop.stride(1, 0);
    long rightStep = loop.stride(2, 0);
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long p = a.address() + starts[1] + from * leftStep;
          long q = b.address() + starts[2] + from * rightStep;
          long to = y.address() + starts[0] + from;
          for (long i = 0; i < count; i++) {
            putByte(
                to + i,
                truth(f.of(getByte(p + i * leftStep) != 0, getByte(q + i * rightStep) != 0)));
          }
        });
  }

  private static byte truth(boolean value) {
    return (byte) (value ? 1 : 0);
  }

  private static void floats(CompareOp op, long a, long aStep, long b, long bStep, long y, int n) {
    switch (op.name()) {
      case "eq" -> {
        for (int i = 0; i < n; i++) {
          putByte(y + i, truth(getFloat(a + i * aStep) == getFloat(b + i * bStep)));
        }
      }
      case "ne" -> {
        for (int i = 0; i < n; i++) {
          putByte(y + i, truth(getFloat(a + i * aStep) != getFloat(b + i * bStep)));
        }
      }
      case "lt" -> {
        for (int i = 0; i < n; i++) {
          putByte(y + i, truth(getFloat(a + i * aStep) < getFloat(b + i * bStep)));
        }
      }
      case "le" -> {
        for (int i = 0; i < n; i++) {
          putByte(y + i, truth(getFloat(a + i * aStep) <= getFloat(b + i * bStep)));
        }
      }
      default -> doubles(op, DType.F32, a, aStep, b, bStep, y, n);
    }
  }

  private static void doubles(
      CompareOp op, DType type, long a, long aStep, long b, long bStep, long y, int n) {
    CompareOp.Test test = op.test();
    for (int i = 0; i < n; i++) {
      putByte(y + i, truth(test.holds(type.read(a + i * aStep), type.read(b + i * bStep))));
    }
  }

  private static void longs(
      CompareOp op, DType type, long a, long aStep, long b, long bStep, long y, int n) {
    CompareOp.Test test = op.test();
    for (int i = 0; i < n; i++) {
      int sign = Long.compare(type.readLong(a + i * aStep), type.readLong(b + i * bStep));
      putByte(y + i, truth(test.holds(sign, 0)));
    }
  }

  // ---------------------------------------------------------------- choice

  private void where(KernelCall c) {
    Tensor condition = c.in(0);
    Tensor a = c.in(1);
    Tensor b = c.in(2);
    Tensor y = c.out(0);
    int bytes = y.dtype().bytes();
    StridedLoop loop =
        StridedLoop.over(y.shape(), y.layout(), condition.layout(), a.layout(), b.layout());
    long test = condition.address();
    long left = a.address();
    long right = b.address();
    long out = y.address();
    long testStep = loop.stride(1, 0);
    long leftStep = loop.stride(2, 0) * bytes;
    long rightStep = loop.stride(3, 0) * bytes;
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long t = test + starts[1] + from * testStep;
          long p = left + starts[2] * bytes + from * leftStep;
          long q = right + starts[3] * bytes + from * rightStep;
          long to = out + (starts[0] + from) * bytes;
          if (bytes == 4 && testStep == 1 && leftStep == 4 && rightStep == 4) {
            chooseDense(t, p, q, to, (int) count);
          } else if (bytes == 4 && testStep == 1 && leftStep == 0 && rightStep == 4) {
            replaceDense(t, getInt(p), q, to, (int) count);
          } else {
            choose(t, testStep, p, leftStep, q, rightStep, to, (int) count, bytes);
          }
        });
  }

  // Fixed steps let the compiler take the bounds checks out of these loops.

  private static void chooseDense(long t, long a, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      int p = getInt(a + 4L * i);
      int q = getInt(b + 4L * i);
      putInt(y + 4L * i, getByte(t + i) != 0 ? p : q);
    }
  }

  private static void replaceDense(long t, int value, long b, long y, int n) {
    for (int i = 0; i < n; i++) {
      int q = getInt(b + 4L * i);
      putInt(y + 4L * i, getByte(t + i) != 0 ? value : q);
    }
  }

  private static void choose(
      long t, long tStep, long a, long aStep, long b, long bStep, long y, int n, int bytes) {
    switch (bytes) {
      case 1 -> {
        for (int i = 0; i < n; i++) {
          byte p = getByte(a + i * aStep);
          byte q = getByte(b + i * bStep);
          putByte(y + i, getByte(t + i * tStep) != 0 ? p : q);
        }
      }
      case 2 -> {
        for (int i = 0; i < n; i++) {
          short p = getShort(a + i * aStep);
          short q = getShort(b + i * bStep);
          putShort(y + 2L * i, getByte(t + i * tStep) != 0 ? p : q);
        }
      }
      case 4 -> {
        for (int i = 0; i < n; i++) {
          int p = getInt(a + i * aStep);
          int q = getInt(b + i * bStep);
          putInt(y + 4L * i, getByte(t + i * tStep) != 0 ? p : q);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          long p = getLong(a + i * aStep);
          long q = getLong(b + i * bStep);
          putLong(y + 8L * i, getByte(t + i * tStep) != 0 ? p : q);
        }
      }
    }
  }
}
