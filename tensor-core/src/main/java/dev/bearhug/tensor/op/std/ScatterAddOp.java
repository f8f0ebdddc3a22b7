package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * A copy of {@code x} with {@code y[.., index[.., i, ..], ..] += source[.., i, ..]} along one axis.
 */
public final class ScatterAddOp extends Op<Integer> {

  /** The only instance. */
  public static final ScatterAddOp INSTANCE = new ScatterAddOp();

  private ScatterAddOp() {
    super(OpSpec.named("scatter_add").inputs("x", "index", "source").savesInputs("index"));
  }

  /** Runs the op; a source that is larger than the index is cut. */
  public static Tensor apply(Tensor x, int axis, Tensor index, Tensor source) {
    return Dispatcher.call(INSTANCE, x.shape().axis(axis), x, index, ScatterOp.fit(source, index));
  }

  @Override
  public void infer(Inference i, Integer axis) {
    i.requireDType("index", DType.I64);
    i.requireSameDType("x", "source");
    i.requireShape("source", i.shape("index"), "each index takes one value");
    GatherOp.checkSizes(i, axis, i.shape("x"), i.shape("index"));
    i.output(i.shape("x"), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Integer axis) {
    return Vjp.grads(
        v.grad(), null, v.needs("source") ? v.grad().gather(axis, v.input("index")) : null);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1).uniform(3, 5).indices(5, 3, 4).uniform(3, 4).build(),
        s.sample(0).uniform(4, 3).indices(4, 6, 2).uniform(6, 2).build(),
        s.sample(0).uniform(4, 3).indices(4, 0, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(0)
            .uniform(3, 2)
            .indicesOf(new long[] {0, 3}, 1, 2)
            .uniform(1, 2)
            .fails(
                IndexException.class, "scatter_add: index 3 at position (0, 1) is outside [0, 3)."),
        s.sample(5)
            .uniform(3, 2)
            .indices(3, 1, 2)
            .uniform(1, 2)
            .fails(
                ShapeException.class, "scatter_add: axis 5 is outside [0, 2), the axes of [3, 2]."),
        s.sample(0)
            .uniform(3, 2)
            .indices(3, 1, 2)
            .uniform(2, 2)
            .fails(
                ShapeException.class,
                "scatter_add: source is [2, 2] but must be [1, 2]: each index takes one value."));
  }
}
