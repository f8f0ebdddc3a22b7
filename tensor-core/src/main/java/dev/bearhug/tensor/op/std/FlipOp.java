package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Some axes running backwards, as a copy. */
public final class FlipOp extends Op<List<Integer>> {

  /** The only instance; the attribute is the non-negative axes. */
  public static final FlipOp INSTANCE = new FlipOp();

  private FlipOp() {
    super(OpSpec.named("flip").inputs("x"));
  }

  /** Runs the op; negative axes count from the last one. */
  public static Tensor apply(Tensor x, int... axes) {
    List<Integer> flipped = Arrays.stream(axes).map(x.shape()::axis).boxed().toList();
    return Dispatcher.call(INSTANCE, flipped, x);
  }

  @Override
  public void infer(Inference i, List<Integer> axes) {
    i.require(
        axes.stream().distinct().count() == axes.size(),
        () -> "axes " + axes + " name an axis twice.");
    axes.forEach(a -> i.requireAxis(a, i.shape(0)));
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, List<Integer> axes) {
    return Vjp.grads(Dispatcher.call(INSTANCE, axes, v.grad()));
  }

  @Override
  public Stream<Sample<List<Integer>>> samples(Sampler s) {
    return Stream.of(
        s.sample(List.of(0, 2)).uniform(2, 3, 4).build(),
        s.sample(List.of(0)).uniform(7).build(),
        s.sample(List.of(1)).integers(DType.I64, 9, 3, 9).build(),
        s.sample(List.<Integer>of()).uniform(2, 2).build(),
        s.sample(List.of(0, 1)).uniform(3, 0).build());
  }

  @Override
  public List<ErrorSample<List<Integer>>> errorSamples(Sampler s) {
    return List.of(
        s.sample(List.of(1, 1))
            .uniform(2, 3)
            .fails(ShapeException.class, "flip: axes [1, 1] name an axis twice."));
  }
}
