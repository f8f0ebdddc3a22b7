package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.BYTES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.LANES;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.load;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.maxIgnoringNan;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.store;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.tail;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.whole;
import static dev.bearhug.tensor.backend.cpu.FloatLanes.zero;
import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.NativeMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The parts of blocked attention with SIMD. */
final class VectorAttentionKernels implements AttentionKernels {

  private static final int ROWS = VectorAttentionTile.ROWS;
  private static final int COLS = VectorAttentionTile.COLS;

  /** Rows of a strip that is transposed at a time. */
  private static final int STRIP = 8;

  private static final ThreadLocal<NativeBuffer> TILE = ThreadLocal.withInitial(NativeBuffer::new);

  private final ConvertKernels convert;

  VectorAttentionKernels(ConvertKernels convert) {
    this.convert = convert;
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int cols() {
    return COLS;
  }

  @Override
  public void product(
      int m,
      int n,
      int depth,
      long a,
      long aRow,
      long aCol,
      long b,
      long bPanel,
      long c,
      long cRow,
      boolean add) {
    long tile = add ? TILE.get().reserve(4L * ROWS * COLS) : 0;
    for (int p = 0; p < n / COLS; p++) {
      long panel = b + 4 * p * bPanel;
      long to = c + 4L * p * COLS;
      for (int i = 0; i < m; i += ROWS) {
        long left = a + 4 * i * aRow;
        if (add) {
          VectorAttentionTile.run(depth, left, 4 * aRow, 4 * aCol, panel, tile, 4L * COLS);
          VectorAttentionTile.add(tile, to + 4 * i * cRow, 4 * cRow);
        } else {
          VectorAttentionTile.run(
              depth, left, 4 * aRow, 4 * aCol, panel, to + 4 * i * cRow, 4 * cRow);
        }
      }
    }
  }

  @Override
  public void pack(DType type, long from, long rowStep, int count, int width, long to) {
    for (int i = 0; i < count; i++) {
      row(type, from + i * rowStep * type.bytes(), to + 4L * i * width, width);
    }
    int padded = (count + ROWS - 1) / ROWS * ROWS;
    NativeMemory.fill(to + 4L * count * width, 4L * (padded - count) * width, (byte) 0);
  }

  private void row(DType type, long from, long to, int width) {
    if (type == DType.BF16) {
      convert.bf16ToFloat(from, to, width);
    } else {
      copy(from, to, width);
    }
  }

  private static void copy(long from, long to, int width) {
    int end = width & -LANES;
    for (long i = 0; i < 4L * end; i += BYTES) {
      store(to + i, load(from + i));
    }
    for (long i = end; i < width; i++) {
      putFloat(to + 4 * i, getFloat(from + 4 * i));
    }
  }

  @Override
  public void panels(
      DType type, long from, long rowStep, int count, int width, long to, int panelRows) {
    for (int col = 0; col < width; col += COLS) {
      long target = to + 4L * col * panelRows;
      int here = Math.min(COLS, width - col);
      for (int i = 0; i < count; i++) {
        row(type, from + (i * rowStep + col) * type.bytes(), target, here);
        for (int j = here; j < COLS; j++) {
          putFloat(target + 4L * j, 0);
        }
        target += 4L * COLS;
      }
    }
  }

  @Override
  public void transposed(DType type, long from, long rowStep, int count, int width, long to) {
    for (int col = 0; col < count; col += COLS) {
      long target = to + 4L * col * width;
      int here = Math.min(COLS, count - col);
      int whole = type == DType.F32 ? here / STRIP * STRIP : 0;
      for (int j = 0; j < whole; j += STRIP) {
        strip(from + 4 * (col + j) * rowStep, 4 * rowStep, width, target + 4L * j);
      }
      for (int j = whole; j < COLS; j++) {
        line(type, from + (col + j) * rowStep * type.bytes(), j < here, width, target + 4L * j);
      }
    }
  }

  /** Writes STRIP rows as columns. */
  private static void strip(long from, long step, int width, long to) {
    long a = from;
    long b = from + 4 * step;
    long t = to;
    for (int i = 0; i < width; i++) {
      putFloat(t, getFloat(a));
      putFloat(t + 4, getFloat(a + step));
      putFloat(t + 8, getFloat(a + 2 * step));
      putFloat(t + 12, getFloat(a + 3 * step));
      putFloat(t + 16, getFloat(b));
      putFloat(t + 20, getFloat(b + step));
      putFloat(t + 24, getFloat(b + 2 * step));
      putFloat(t + 28, getFloat(b + 3 * step));
      a += 4;
      b += 4;
      t += 4L * COLS;
    }
  }

  /** Writes one row, or zeros, as a column. */
  private static void line(DType type, long from, boolean present, int width, long to) {
    long step = 4L * COLS;
    for (int i = 0; i < width; i++) {
      float value = 0;
      if (present) {
        value =
            type == DType.BF16
                ? Float.intBitsToFloat(NativeMemory.getShort(from + 2L * i) << 16)
                : getFloat(from + 4L * i);
      }
      putFloat(to + i * step, value);
    }
  }

  @Override
  public void unpack(DType type, long from, float factor, long to, int width) {
    if (type == DType.BF16) {
      scale(from, factor, width);
      convert.floatToBf16(from, to, width);
      return;
    }
    FloatVector f = broadcast(factor);
    int end = width & -LANES;
    for (long i = 0; i < 4L * end; i += BYTES) {
      store(to + i, load(from + i).mul(f));
    }
    for (long i = end; i < width; i++) {
      putFloat(to + 4 * i, getFloat(from + 4 * i) * factor);
    }
  }

  @Override
  public float max(long x, float scale, long mask, int n, float start) {
    return mask == 0 ? plainMax(x, scale, n, start) : maskedMax(x, scale, mask, n, start);
  }

  private static float plainMax(long x, float scale, int n, float start) {
    FloatVector factor = broadcast(scale);
    FloatVector max = broadcast(start);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      max = maxIgnoringNan(load(x + 4 * i).mul(factor), max);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor);
      max = max.blend(v, v.compare(VectorOperators.GT, max, rest));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  private static float maskedMax(long x, float scale, long mask, int n, float start) {
    FloatVector factor = broadcast(scale);
    FloatVector max = broadcast(start);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      max = maxIgnoringNan(load(x + 4 * i).mul(factor).add(load(mask + 4 * i)), max);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor).add(load(mask + 4 * end, rest));
      max = max.blend(v, v.compare(VectorOperators.GT, max, rest));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  @Override
  public float exp(long x, float scale, long mask, float shift, int n) {
    return mask == 0 ? plainExp(x, scale, shift, n) : maskedExp(x, scale, mask, shift, n);
  }

  private static float plainExp(long x, float scale, float shift, int n) {
    FloatVector factor = broadcast(scale);
    FloatVector less = broadcast(shift);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector e = VectorMath.expOfNonPositive(load(x + 4 * i).mul(factor).sub(less));
      store(x + 4 * i, e);
      sum = sum.add(e);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor);
      FloatVector e = VectorMath.expOfNonPositive(v.sub(less));
      store(x + 4 * end, e, rest);
      sum = sum.add(zero().blend(e, rest));
    }
    return FloatLanes.sum(sum);
  }

  private static float maskedExp(long x, float scale, long mask, float shift, int n) {
    FloatVector factor = broadcast(scale);
    FloatVector less = broadcast(shift);
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector v = load(x + 4 * i).mul(factor).add(load(mask + 4 * i));
      FloatVector e = VectorMath.expOfNonPositive(v.sub(less));
      store(x + 4 * i, e);
      sum = sum.add(e);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector v = load(x + 4 * end, rest).mul(factor).add(load(mask + 4 * end, rest));
      FloatVector e = VectorMath.expOfNonPositive(v.sub(less));
      store(x + 4 * end, e, rest);
      sum = sum.add(zero().blend(e, rest));
    }
    return FloatLanes.sum(sum);
  }

  @Override
  public void multiply(long x, long y, int n) {
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(x + 4 * i, load(x + 4 * i).mul(load(y + 4 * i)));
    }
    for (long i = end; i < n; i++) {
      putFloat(x + 4 * i, getFloat(x + 4 * i) * getFloat(y + 4 * i));
    }
  }

  @Override
  public void scale(long x, float factor, int n) {
    FloatVector f = broadcast(factor);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      store(x + 4 * i, load(x + 4 * i).mul(f));
    }
    for (long i = end; i < n; i++) {
      putFloat(x + 4 * i, getFloat(x + 4 * i) * factor);
    }
  }

  @Override
  public float dot(long x, long y, int n) {
    FloatVector sum = zero();
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      sum = load(x + 4 * i).fma(load(y + 4 * i), sum);
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      sum = load(x + 4 * end, rest).fma(load(y + 4 * end, rest), sum);
    }
    return FloatLanes.sum(sum);
  }

  @Override
  public void gradRow(
      long s,
      long g,
      float scale,
      long mask,
      float max,
      float inverse,
      float delta,
      long keep,
      int n) {
    weights(s, scale, mask, max, inverse, n);
    if (keep == 0) {
      plainGrad(s, g, scale, delta, n);
    } else {
      droppedGrad(s, g, scale, delta, keep, n);
    }
  }

  private static void weights(long s, float scale, long mask, float max, float inverse, int n) {
    FloatVector factor = broadcast(scale);
    FloatVector less = broadcast(max);
    FloatVector norm = broadcast(inverse);
    for (long i = 0; i < n; i += LANES) {
      VectorMask<Float> rest = tail(i, n);
      FloatVector v = load(s + 4 * i).mul(factor);
      if (mask != 0) {
        v = v.add(load(mask + 4 * i, rest));
      }
      store(s + 4 * i, VectorMath.expOfNonPositive(v.sub(less)).mul(norm), rest);
    }
  }

  private static void plainGrad(long s, long g, float scale, float delta, int n) {
    FloatVector factor = broadcast(scale);
    FloatVector less = broadcast(delta);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector p = load(s + 4 * i);
      store(g + 4 * i, load(g + 4 * i).sub(less).mul(p).mul(factor));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector p = load(s + 4 * end, rest);
      store(g + 4 * end, load(g + 4 * end, rest).sub(less).mul(p).mul(factor), rest);
    }
  }

  private static void droppedGrad(long s, long g, float scale, float delta, long keep, int n) {
    FloatVector factor = broadcast(scale);
    FloatVector less = broadcast(delta);
    long end = whole(n);
    for (long i = 0; i < end; i += LANES) {
      FloatVector p = load(s + 4 * i);
      FloatVector k = load(keep + 4 * i);
      store(s + 4 * i, p.mul(k));
      store(g + 4 * i, load(g + 4 * i).mul(k).sub(less).mul(p).mul(factor));
    }
    if (end < n) {
      VectorMask<Float> rest = tail(end, n);
      FloatVector p = load(s + 4 * end, rest);
      FloatVector k = load(keep + 4 * end, rest);
      store(s + 4 * end, p.mul(k), rest);
      store(g + 4 * end, load(g + 4 * end, rest).mul(k).sub(less).mul(p).mul(factor), rest);
    }
  }
}
