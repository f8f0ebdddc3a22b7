package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.ViewOp;
import dev.bearhug.tensor.op.Vjp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Axes in another order. */
public final class PermuteOp extends ViewOp<PermuteOp.Attrs> {

  /** The only instance. */
  public static final PermuteOp INSTANCE = new PermuteOp();

  /**
   * The order.
   *
   * @param order result axis {@code i} is input axis {@code order.get(i)}
   */
  public record Attrs(List<Integer> order) {

    /** Attributes with non-negative axes. */
    public static Attrs of(Shape shape, int... order) {
      return new Attrs(Arrays.stream(order).map(shape::axis).boxed().toList());
    }

    int[] array() {
      return order.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private PermuteOp() {
    super(OpSpec.named("permute").inputs("x").casts(CastPolicy.KEEP));
  }

  @Override
  public Layout view(Layout input, Attrs a) {
    return input.permute(a.array());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    int[] order = a.array();
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return Vjp.grads(v.grad().permute(inverse));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(List.of(2, 0, 1))).uniform(2, 3, 4).build(),
        s.sample(new Attrs(List.of(1, 0))).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(List.of(0, 0)))
            .uniform(2, 3)
            .fails(ShapeException.class, "permute: order [0, 0] names axis 0 twice."),
        s.sample(new Attrs(List.of(0)))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "permute: order [0] must name each of the 2 axes of [2, 3] once."));
  }
}
