package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.Kernel;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.std.ActivationOps;
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

/** Element-wise ops in single precision, of 16-bit values too. */
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
          "minimum", BinaryOp.MIN,
          "pow_tensor", BinaryOp.POW,
          "atan2", BinaryOp.ATAN2,
          "fmod", BinaryOp.FMOD);

  private static final Map<String, MapGradOp> GRADS =
      Map.ofEntries(
          Map.entry("tanh_grad", MapGradOp.TANH_FROM_OUTPUT),
          Map.entry("sigmoid_grad", MapGradOp.SIGMOID_FROM_OUTPUT),
          Map.entry("relu_grad", MapGradOp.RELU),
          Map.entry("gelu_grad", MapGradOp.GELU),
          Map.entry("gelu_tanh_grad", MapGradOp.GELU_TANH),
          Map.entry("silu_grad", MapGradOp.SILU),
          Map.entry("softplus_grad", MapGradOp.SOFTPLUS),
          Map.entry("log_sigmoid_grad", MapGradOp.LOG_SIGMOID),
          Map.entry("mish_grad", MapGradOp.MISH),
          Map.entry("quick_gelu_grad", MapGradOp.QUICK_GELU),
          Map.entry("relu6_grad", MapGradOp.RELU6),
          Map.entry("hardswish_grad", MapGradOp.HARDSWISH),
          Map.entry("hardsigmoid_grad", MapGradOp.HARDSIGMOID),
          Map.entry("abs_grad", MapGradOp.ABS));

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
        table.add(u.name(), b.unary(u), FloatSpan.TYPES);
      } else if (op instanceof UnaryGradOp g) {
        table.add(g.name(), b.unaryGrad(g), FloatSpan.TYPES);
      }
    }
    BINARY.forEach((name, op) -> table.addStrided(name, c -> b.binary(c, op), FloatSpan.TYPES));
    table.add("affine", b::affine, FloatSpan.TYPES);
    table.add("leaky_relu", b::leakyRelu, FloatSpan.TYPES);
    table.add("leaky_relu_grad", b::leakyReluGrad, FloatSpan.TYPES);
    table.add("elu", b::elu, FloatSpan.TYPES);
    table.add("elu_grad", b::eluGrad, FloatSpan.TYPES);
    table.add("clamp", b::clamp, FloatSpan.TYPES);
    table.add("pow", b::pow, FloatSpan.TYPES);
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
    each(c, (x, y, n) -> map.map(op, x, y, n));
  }

  /** A single-precision kernel of one input. */
  @FunctionalInterface
  private interface One {
    void run(long x, long y, long n);
  }

  /** A single-precision kernel of two inputs. */
  @FunctionalInterface
  private interface Two {
    void run(long a, long b, long y, long n);
  }

  /** Runs a kernel over the first input; y may be x. */
  private void each(KernelCall c, One kernel) {
    FloatSpan x = FloatSpan.of(cpu, c.in(0));
    FloatSpan y = FloatSpan.of(cpu, c.out(0));
    FloatTiles.elements(
        cpu,
        x.inPlace(),
        c.out(0).numel(),
        (first, n, buffer) -> {
          long to = y.at(first, buffer);
          kernel.run(x.read(first, n, buffer), to, n);
          y.write(first, n, to);
        });
  }

  /** Runs a kernel over two inputs of one shape; y may be a or b. */
  private void eachPair(KernelCall c, Two kernel) {
    FloatSpan a = FloatSpan.of(cpu, c.in(0));
    FloatSpan b = FloatSpan.of(cpu, c.in(1));
    FloatSpan y = FloatSpan.of(cpu, c.out(0));
    FloatTiles.elements(
        cpu,
        a.inPlace(),
        c.out(0).numel(),
        (first, n, buffer) -> {
          long to = y.at(first, buffer);
          long right = b.read(first, n, buffer + 4 * FloatTiles.TILE);
          kernel.run(a.read(first, n, buffer), right, to, n);
          y.write(first, n, to);
        });
  }

  private void eachElement(KernelCall c, DoubleUnaryOperator f) {
    each(
        c,
        (x, y, n) -> {
          for (long i = 0; i < 4 * n; i += 4) {
            putFloat(y + i, (float) f.applyAsDouble(getFloat(x + i)));
          }
        });
  }

  private Kernel unaryGrad(UnaryGradOp op) {
    MapGradOp known = GRADS.get(op.name());
    DoubleBinaryOperator f = (gy, saved) -> gy * op.derivative().applyAsDouble(saved);
    return switch (op.name()) {
      case "neg_grad" -> c -> map(c, MapOp.NEG);
      case "exp_grad" -> c -> binary(c, BinaryOp.MUL);
      case "log_grad" -> c -> binary(c, BinaryOp.DIV);
      case "square_grad" -> c -> eachPair(c, product(1, 2));
      case "reciprocal_grad" -> c -> eachPair(c, product(2, -1));
      case "rsqrt_grad" -> c -> eachPair(c, product(3, -0.5f));
      case "sqrt_grad" ->
          c ->
              eachPair(
                  c,
                  (gy, y, gx, n) -> {
                    for (long i = 0; i < n; i += BLOCK) {
                      long count = Math.min(BLOCK, n - i);
                      map.binaryScalar(BinaryOp.MUL, gy + 4 * i, 0.5f, gx + 4 * i, count);
                      map.binary(BinaryOp.DIV, gx + 4 * i, y + 4 * i, gx + 4 * i, count);
                    }
                  });
      default -> known == null ? c -> eachPair(c, pairs(f)) : c -> mapGrad(c, known);
    };
  }

  /** The gradient times some factors of what was saved and a number, in the first cache. */
  private Two product(int factors, float number) {
    return (gy, saved, gx, n) -> {
      for (long i = 0; i < n; i += BLOCK) {
        long at = 4 * i;
        long count = Math.min(BLOCK, n - i);
        map.binaryScalar(BinaryOp.MUL, gy + at, number, gx + at, count);
        for (int k = 0; k < factors; k++) {
          map.binary(BinaryOp.MUL, gx + at, saved + at, gx + at, count);
        }
      }
    };
  }

  private void mapGrad(KernelCall c, MapGradOp op) {
    eachPair(c, (gy, saved, gx, n) -> map.mapGrad(op, gy, saved, gx, n));
  }

  private static Two pairs(DoubleBinaryOperator f) {
    return (a, b, y, n) -> {
      for (long i = 0; i < 4 * n; i += 4) {
        putFloat(y + i, (float) f.applyAsDouble(getFloat(a + i), getFloat(b + i)));
      }
    };
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
    each(c, (x, y, n) -> map.binaryScalar(op, x, number, y, n));
  }

  private void withTwoNumbers(KernelCall c, BinaryOp first, float a, BinaryOp second, float b) {
    each(
        c,
        (x, y, n) -> {
          for (long i = 0; i < n; i += BLOCK) {
            long count = Math.min(BLOCK, n - i);
            map.binaryScalar(first, x + 4 * i, a, y + 4 * i, count);
            map.binaryScalar(second, y + 4 * i, b, y + 4 * i, count);
          }
        });
  }

  private void pow(KernelCall c) {
    double exponent = c.<Double>attrs();
    if (exponent == 2) {
      map(c, MapOp.SQUARE);
    } else if (exponent == -1) {
      map(c, MapOp.RECIPROCAL);
    } else if (exponent == 1) {
      each(c, (x, y, n) -> map.binaryScalar(BinaryOp.MUL, x, 1, y, n));
    } else if (exponent == 3) {
      each(c, this::cube);
    } else {
      eachElement(c, x -> Math.pow(x, exponent));
    }
  }

  private void cube(long x, long y, long n) {
    for (long i = 0; i < n; i++) {
      float v = getFloat(x + 4 * i);
      putFloat(y + 4 * i, v * v * v);
    }
  }

  private void leakyRelu(KernelCall c) {
    float slope = (float) (double) c.<Double>attrs();
    each(c, (x, y, n) -> map.leaky(slope, x, x, y, n));
  }

  private void leakyReluGrad(KernelCall c) {
    float slope = (float) (double) c.<Double>attrs();
    eachPair(c, (gy, x, gx, n) -> map.leaky(slope, x, gy, gx, n));
  }

  private void elu(KernelCall c) {
    ActivationOps.EluAttrs a = c.attrs();
    float depth = (float) (a.scale() * a.alpha());
    each(c, (x, y, n) -> map.elu((float) a.scale(), depth, (float) a.inputScale(), x, y, n));
  }

  private void eluGrad(KernelCall c) {
    ActivationOps.EluAttrs a = c.attrs();
    float scale = (float) a.scale();
    float depth = (float) (a.scale() * a.alpha());
    float slope = (float) a.inputScale();
    eachPair(c, (gy, x, gx, n) -> map.eluGrad(scale, depth, slope, gy, x, gx, n));
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
      if (b.numel() == n && b.layout().isContiguous()) {
        eachPair(c, (left, right, out, count) -> map.binary(op, left, right, out, count));
        return;
      }
      if (b.numel() == 1) {
        withNumber(c, op, (float) b.dtype().read(b.address()));
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
    ConvertKernels convert = cpu.kernels().convert();
    FloatSpan left = new FloatSpan(convert, y.dtype(), a.address());
    FloatSpan right = new FloatSpan(convert, y.dtype(), b.address());
    FloatSpan out = FloatSpan.of(cpu, y);
    boolean leftRepeats = loop.stride(1, 0) == 0;
    boolean rightRepeats = loop.stride(2, 0) == 0;
    loop.forEachRow(
        cpu.pool(),
        (starts, from, count) ->
            FloatTiles.run(
                out.inPlace(),
                from,
                from + count,
                (first, n, buffer) -> {
                  long second = buffer + 4 * FloatTiles.TILE;
                  long p =
                      left.read(starts[1] + (leftRepeats ? 0 : first), leftRepeats ? 1 : n, second);
                  float number = leftRepeats ? getFloat(p) : 0;
                  long q =
                      right.read(
                          starts[2] + (rightRepeats ? 0 : first),
                          rightRepeats ? 1 : n,
                          second + 4 * FloatTiles.TILE);
                  long to = out.at(starts[0] + first, buffer);
                  if (leftRepeats) {
                    // The number goes to the output first: only the right side may be one.
                    map.fill(number, to, n);
                    p = to;
                  }
                  if (rightRepeats) {
                    map.binaryScalar(op, p, getFloat(q), to, n);
                  } else {
                    map.binary(op, p, q, to, n);
                  }
                  out.write(starts[0] + first, n, to);
                }));
  }
}
