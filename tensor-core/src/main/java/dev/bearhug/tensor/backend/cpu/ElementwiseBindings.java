package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.Kernel;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.AffineOp;
import dev.bearhug.tensor.op.std.ClampOp;
import dev.bearhug.tensor.op.std.StandardOps;
import dev.bearhug.tensor.op.std.UnaryGradOp;
import dev.bearhug.tensor.op.std.UnaryOp;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Element-wise ops in single precision. */
final class ElementwiseBindings {

  /** Elements on which two passes of one op run, small enough for the L1 cache. */
  private static final long BLOCK = 4096;

  private static final Map<String, BinaryOp> BINARY =
      Map.of(
          "add", BinaryOp.ADD,
          "sub", BinaryOp.SUB,
          "mul", BinaryOp.MUL,
          "div", BinaryOp.DIV,
          "maximum", BinaryOp.MAX,
          "minimum", BinaryOp.MIN);

  private static final Map<String, MapGradOp> GRADS =
      Map.of(
          "tanh_grad", MapGradOp.TANH_FROM_OUTPUT,
          "sigmoid_grad", MapGradOp.SIGMOID_FROM_OUTPUT,
          "relu_grad", MapGradOp.RELU,
          "gelu_grad", MapGradOp.GELU,
          "gelu_tanh_grad", MapGradOp.GELU_TANH,
          "silu_grad", MapGradOp.SILU);

  private final CpuResources cpu;
  private final MapKernels map;

  private ElementwiseBindings(CpuResources cpu) {
    this.cpu = cpu;
    this.map = cpu.kernels().map();
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ElementwiseBindings b = new ElementwiseBindings(cpu);
    for (Op<?> op : StandardOps.all()) {
      if (op instanceof UnaryOp u) {
        table.add(u.name(), b.unary(u), DType.F32);
      } else if (op instanceof UnaryGradOp g) {
        table.add(g.name(), b.unaryGrad(g), DType.F32);
      }
    }
    BINARY.forEach((name, op) -> table.addStrided(name, c -> b.binary(c, op), DType.F32));
    table.add("affine", b::affine, DType.F32);
    table.add("clamp", b::clamp, DType.F32);
    table.add("pow", b::pow, DType.F32);
  }

  // ---------------------------------------------------------------- one input

  private Kernel unary(UnaryOp op) {
    String name = op.name().toUpperCase(Locale.ROOT);
    return Arrays.stream(MapOp.values())
        .filter(m -> m.name().equals(name))
        .findFirst()
        .<Kernel>map(m -> c -> map(c, m))
        .orElse(c -> eachElement(c, op.function()));
  }

  private void map(KernelCall c, MapOp op) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    cpu.elements(
        c.out(0).numel(), (from, to) -> map.map(op, x + 4 * from, y + 4 * from, to - from));
  }

  private void eachElement(KernelCall c, DoubleUnaryOperator f) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            putFloat(y + 4 * i, (float) f.applyAsDouble(getFloat(x + 4 * i)));
          }
        });
  }

  private Kernel unaryGrad(UnaryGradOp op) {
    MapGradOp known = GRADS.get(op.name());
    DoubleBinaryOperator f = (gy, saved) -> gy * op.derivative().applyAsDouble(saved);
    return switch (op.name()) {
      case "neg_grad" -> c -> map(c, MapOp.NEG);
      case "exp_grad" -> c -> binary(c, BinaryOp.MUL);
      default -> known == null ? c -> eachPair(c, f) : c -> mapGrad(c, known);
    };
  }

  private void mapGrad(KernelCall c, MapGradOp op) {
    long gy = c.in(0).address();
    long saved = c.in(1).address();
    long gx = c.out(0).address();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> map.mapGrad(op, gy + 4 * from, saved + 4 * from, gx + 4 * from, to - from));
  }

  private void eachPair(KernelCall c, DoubleBinaryOperator f) {
    long a = c.in(0).address();
    long b = c.in(1).address();
    long y = c.out(0).address();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            putFloat(y + 4 * i, (float) f.applyAsDouble(getFloat(a + 4 * i), getFloat(b + 4 * i)));
          }
        });
  }

  private void affine(KernelCall c) {
    AffineOp.Attrs a = c.attrs();
    float scale = (float) a.scale();
    float shift = (float) a.shift();
    if (a.shift() == 0) {
      withNumber(c, BinaryOp.MUL, scale);
    } else if (a.scale() == 1) {
      withNumber(c, BinaryOp.ADD, shift);
    } else {
      withTwoNumbers(c, BinaryOp.MUL, scale, BinaryOp.ADD, shift);
    }
  }

  private void clamp(KernelCall c) {
    ClampOp.Attrs a = c.attrs();
    withTwoNumbers(c, BinaryOp.MAX, (float) a.low(), BinaryOp.MIN, (float) a.high());
  }

  private void withNumber(KernelCall c, BinaryOp op, float number) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> map.binaryScalar(op, x + 4 * from, number, y + 4 * from, to - from));
  }

  private void withTwoNumbers(KernelCall c, BinaryOp first, float a, BinaryOp second, float b) {
    long x = c.in(0).address();
    long y = c.out(0).address();
    cpu.elements(
        c.out(0).numel(),
        (from, to) -> {
          for (long i = from; i < to; i += BLOCK) {
            long n = Math.min(BLOCK, to - i);
            map.binaryScalar(first, x + 4 * i, a, y + 4 * i, n);
            map.binaryScalar(second, y + 4 * i, b, y + 4 * i, n);
          }
        });
  }

  private void pow(KernelCall c) {
    double exponent = c.<Double>attrs();
    if (exponent == 2) {
      map(c, MapOp.SQUARE);
    } else if (exponent == -1) {
      map(c, MapOp.RECIPROCAL);
    } else {
      eachElement(c, x -> Math.pow(x, exponent));
    }
  }

  // ---------------------------------------------------------------- two inputs

  private void binary(KernelCall c, BinaryOp op) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    Tensor y = c.out(0);
    long n = y.numel();
    if (n == 0) {
      return;
    }
    if (a.numel() == n && a.layout().isContiguous()) {
      long left = a.address();
      long out = y.address();
      if (b.numel() == n && b.layout().isContiguous()) {
        long right = b.address();
        cpu.elements(
            n,
            (from, to) ->
                map.binary(op, left + 4 * from, right + 4 * from, out + 4 * from, to - from));
        return;
      }
      if (b.numel() == 1) {
        withNumber(c, op, getFloat(b.address()));
        return;
      }
    }
    try (Operand left = Operand.of(cpu.pool(), a, isFriendly(a));
        Operand right = Operand.of(cpu.pool(), b, isFriendly(b))) {
      broadcast(op, y, left, right);
    }
  }

  /** Whether rows of the operand are dense or one repeated value. */
  private static boolean isFriendly(Tensor t) {
    Layout l = t.layout();
    for (int axis = t.rank() - 1; axis >= 0; axis--) {
      if (t.dim(axis) != 1) {
        return l.stride(axis) <= 1;
      }
    }
    return true;
  }

  private void broadcast(BinaryOp op, Tensor y, Operand a, Operand b) {
    StridedLoop loop = StridedLoop.over(y.shape(), y.layout(), a.layout(), b.layout());
    long out = y.address();
    boolean leftRepeats = loop.stride(1, 0) == 0;
    boolean rightRepeats = loop.stride(2, 0) == 0;
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) -> {
          long to = out + 4 * (starts[0] + from);
          long left = a.address() + 4 * (starts[1] + (leftRepeats ? 0 : from));
          long right = b.address() + 4 * (starts[2] + (rightRepeats ? 0 : from));
          if (!leftRepeats && !rightRepeats) {
            map.binary(op, left, right, to, count);
          } else if (!leftRepeats) {
            map.binaryScalar(op, left, getFloat(right), to, count);
          } else {
            // The repeated left value goes to the output first: only the right side may be a
            // number.
            map.fill(getFloat(left), to, count);
            if (rightRepeats) {
              map.binaryScalar(op, to, getFloat(right), to, count);
            } else {
              map.binary(op, to, right, to, count);
            }
          }
        });
  }
}
