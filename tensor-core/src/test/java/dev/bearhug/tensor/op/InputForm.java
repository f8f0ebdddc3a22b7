package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** How the values of a sample input lie in memory. */
public enum InputForm {
  /** Row-major. */
  ROW_MAJOR {
    @Override
    Layout layout(Shape shape) {
      return Layout.contiguous(shape);
    }
  },
  /** The axes in reverse order, seen through a transposition. */
  TRANSPOSED {
    @Override
    Layout layout(Shape shape) {
      int rank = shape.rank();
      long[] reversed = new long[rank];
      int[] order = new int[rank];
      for (int i = 0; i < rank; i++) {
        reversed[i] = shape.dim(rank - 1 - i);
        order[i] = rank - 1 - i;
      }
      return Layout.contiguous(Shape.of(reversed)).permute(order);
    }
  },
  /** Every second element of a larger tensor, starting at its second row. */
  SLICED {
    @Override
    Layout layout(Shape shape) {
      long[] larger = shape.dims();
      for (int i = 0; i < larger.length; i++) {
        larger[i] = 2 * larger[i] + 3;
      }
      Layout l = Layout.contiguous(Shape.of(larger));
      for (int i = 0; i < larger.length; i++) {
        l = l.slice(i, 1, 1 + 2 * shape.dim(i), 2);
      }
      return l;
    }
  },
  /** The first row repeated over the first axis with stride 0. */
  EXPANDED {
    @Override
    Layout layout(Shape shape) {
      return repeats(shape)
          ? Layout.contiguous(shape.with(0, 1)).expand(shape)
          : Layout.contiguous(shape);
    }
  };

  abstract Layout layout(Shape shape);

  /** The form this input can have: rows of fixed values are not repeated. */
  InputForm of(SampleInput input) {
    return this == EXPANDED && input.fixed() ? ROW_MAJOR : this;
  }

  private static boolean repeats(Shape shape) {
    return shape.rank() > 0 && shape.dim(0) > 1;
  }

  /** The values a tensor of this form holds when it is given {@code values}. */
  double[] held(Shape shape, double[] values) {
    if (this != EXPANDED || !repeats(shape)) {
      return values;
    }
    int row = (int) (shape.numel() / shape.dim(0));
    double[] held = new double[values.length];
    for (int i = 0; i < held.length; i++) {
      held[i] = values[i % row];
    }
    return held;
  }

  /** A tensor of this form in host memory. */
  Tensor tensor(Shape shape, double[] values, DType dtype, Device device) {
    Layout layout = layout(shape);
    long last = 0;
    for (long i = 0; i < shape.numel(); i++) {
      last = Math.max(last, layout.position(i) + 1);
    }
    Tensor memory = Tensor.full(Shape.of(last), Double.NaN, dtype, device);
    Tensor t = memory.view(layout);
    double[] held = held(shape, values);
    for (int i = 0; i < held.length; i++) {
      dtype.write(t.storage().address() + layout.position(i) * dtype.bytes(), held[i]);
    }
    return t;
  }
}
