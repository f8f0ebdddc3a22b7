package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sum over axes. Long sums are accumulated in blocks or in double so that they keep their
 * precision.
 */
public final class SumOp extends Op<SumOp.Attrs> {

  /** The only instance. */
  public static final SumOp INSTANCE = new SumOp();

  /**
   * What to sum.
   *
   * @param axes non-negative axes in increasing order
   * @param keepDims whether summed axes stay with size 1
   */
  public record Attrs(List<Integer> axes, boolean keepDims) {

    /** All axes. */
    public static Attrs all(Shape shape) {
      int[] axes = new int[shape.rank()];
      Arrays.setAll(axes, i -> i);
      return of(shape, false, axes);
    }

    /** The given axes, which may be negative. */
    public static Attrs of(Shape shape, boolean keepDims, int... axes) {
      return new Attrs(
          Arrays.stream(axes).map(shape::axis).distinct().sorted().boxed().toList(), keepDims);
    }

    /** Shape with every summed axis of size 1. */
    public Shape kept(Shape input) {
      long[] d = input.dims();
      axes.forEach(a -> d[a] = 1);
      return Shape.of(d);
    }
  }

  private SumOp() {
    super(OpSpec.named("sum").inputs("x").casts(CastPolicy.F32));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    i.output(resultShape(i.shape(0), a), i.dtype(0));
  }

  /** The shape of sums of {@code in}. */
  static Shape resultShape(Shape in, Attrs a) {
    if (a.keepDims()) {
      return a.kept(in);
    }
    long[] d = new long[in.rank() - a.axes().size()];
    for (int axis = 0, k = 0; axis < in.rank(); axis++) {
      if (!a.axes().contains(axis)) {
        d[k++] = in.dim(axis);
      }
    }
    return Shape.of(d);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Shape in = v.inputShape("x");
    return Vjp.grads(v.grad().reshape(a.kept(in).dims()).expand(in.dims()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(List.of(0, 1), false)).uniform(3, 5).build(),
        s.sample(new Attrs(List.of(1), true)).uniform(2, 3, 4).build(),
        s.sample(new Attrs(List.of(0), false)).uniform(5, 67).build(),
        s.sample(new Attrs(List.of(0, 2), false)).uniform(2, 3, 4).build(),
        s.sample(new Attrs(List.of(1), false)).uniform(7, 33).build(),
        s.sample(new Attrs(List.of(0), false)).uniform(0, 4).build());
  }
}
