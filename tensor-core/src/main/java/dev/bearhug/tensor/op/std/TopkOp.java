package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
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
 * The k largest or smallest values along an axis, best first, and their positions ({@code I64}).
 * Values compare as in {@link SortOp}; of equal ones the first is better.
 */
public final class TopkOp extends Op<TopkOp.Attrs> {

  /** The only instance. */
  public static final TopkOp INSTANCE = new TopkOp();

  /**
   * What to take.
   *
   * @param axis non-negative axis
   * @param k number of values, not above the size of the axis
   * @param largest whether the largest are taken, else the smallest
   */
  public record Attrs(int axis, long k, boolean largest) {}

  private TopkOp() {
    super(OpSpec.named("topk").inputs("x").outputs("values", "indices").savesOutputs("indices"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    Shape in = i.shape(0);
    i.requireAxis(a.axis(), in);
    i.require(
        a.k() >= 0 && a.k() <= in.dim(a.axis()),
        () ->
            "k is "
                + a.k()
                + " but must be in [0, "
                + in.dim(a.axis())
                + "], the size of axis "
                + a.axis()
                + " of "
                + in
                + ".");
    i.output(in.with(a.axis(), a.k()), i.dtype(0));
    i.output(in.with(a.axis(), a.k()), DType.I64);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(SortOp.backToPlaces(v, v.inputShape("x"), a.axis()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    double nan = Double.NaN;
    return Stream.of(
        s.sample(new Attrs(1, 4, true)).distinct(0.1, 3, 9).build(),
        s.sample(new Attrs(0, 2, true)).distinct(0.1, 5, 4, 3).build(),
        s.sample(new Attrs(1, 7, false)).distinct(0.1, 2, 7).build(),
        s.sample(new Attrs(1, 3, false)).distinct(0.01, 2, 67, 2).build(),
        s.sample(new Attrs(0, 3, true)).constants(new double[] {0, nan, -0.0, 2, 0, 2}, 6).build(),
        s.sample(new Attrs(1, 2, true)).integers(DType.I64, 3, 3, 9).build(),
        s.sample(new Attrs(1, 0, true)).uniform(3, 4).build(),
        s.sample(new Attrs(1, 2, true)).uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1, 5, true))
            .uniform(3, 4)
            .fails(
                ShapeException.class,
                "topk: k is 5 but must be in [0, 4], the size of axis 1 of [3, 4]."));
  }
}
