package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Values in order along an axis, and the position ({@code I64}) each had. Equal values keep their
 * order; not-a-number counts as the largest value, and the zeros of both signs as equal.
 */
public final class SortOp extends Op<SortOp.Attrs> {

  /** The only instance. */
  public static final SortOp INSTANCE = new SortOp();

  /**
   * What to sort.
   *
   * @param axis non-negative axis
   * @param descending whether the largest value comes first
   */
  public record Attrs(int axis, boolean descending) {}

  private SortOp() {
    super(OpSpec.named("sort").inputs("x").outputs("values", "indices").savesOutputs("indices"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    i.requireAxis(a.axis(), i.shape(0));
    i.output(i.shape(0), i.dtype(0));
    i.output(i.shape(0), DType.I64);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(backToPlaces(v, v.inputShape("x"), a.axis()));
  }

  /** The gradients of values at the positions the values came from. */
  static Tensor backToPlaces(Vjp v, Shape shape, int axis) {
    Tensor g = v.grad();
    Tensor zeros = Tensor.full(shape, 0, g.dtype(), g.device());
    return Dispatcher.call(ScatterAddOp.INSTANCE, axis, zeros, v.output("indices"), g);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double nan = Double.NaN;
    return Stream.of(
        s.sample(new Attrs(1, false)).distinct(0.1, 3, 7).build(),
        s.sample(new Attrs(0, true)).distinct(0.1, 5, 4).build(),
        s.sample(new Attrs(1, true)).distinct(0.01, 2, 33, 3).build(),
        s.sample(new Attrs(0, false)).constants(new double[] {0, nan, -0.0, 2, 0, -1}, 6).build(),
        s.sample(new Attrs(0, true)).constants(new double[] {0, nan, -0.0, 2, 0, nan}, 6).build(),
        s.sample(new Attrs(1, true)).integers(DType.I64, 5, 3, 9).build(),
        s.sample(new Attrs(1, false)).uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, false))
            .bools(3)
            .fails(
                DTypeException.class,
                "sort: x is BOOL but must be one of [F32, F64, BF16, F16, I32, I64]. Convert it with to(...)."),
        s.sample(new Attrs(1, false))
            .uniform(3)
            .fails(ShapeException.class, "sort: axis 1 is outside [0, 1), the axes of [3]."));
  }
}
