package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.ViewOp;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/** Evenly spaced elements of one axis. */
public final class SliceOp extends ViewOp<SliceOp.Attrs> {

  /** The only instance. */
  public static final SliceOp INSTANCE = new SliceOp();

  /**
   * Elements {@code start, start + step, ...} below {@code end} of {@code axis}.
   *
   * @param axis non-negative axis
   * @param start first element
   * @param end bound, exclusive
   * @param step distance, at least 1
   */
  public record Attrs(int axis, long start, long end, long step) {}

  private SliceOp() {
    super(OpSpec.named("slice").inputs("x").casts(CastPolicy.KEEP));
  }

  @Override
  public Layout view(Layout input, Attrs a) {
    return input.slice(a.axis(), a.start(), a.end(), a.step());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(
        Dispatcher.call(
            SliceGradOp.INSTANCE, new SliceGradOp.Attrs(v.inputShape("x"), a), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(1, 1, 4, 1)).uniform(2, 5, 3).build(),
        s.sample(new Attrs(0, 0, 5, 2)).uniform(5, 2).build(),
        s.sample(new Attrs(1, 2, 2, 1)).uniform(2, 5).build(),
        s.sample(new Attrs(1, 1, 3, 1)).uniform(0, 5).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, 2, 6, 1))
            .uniform(5, 2)
            .fails(
                ShapeException.class,
                "slice: range [2, 6) step 1 does not fit axis 0 of [5, 2] (size 5)."));
  }
}
