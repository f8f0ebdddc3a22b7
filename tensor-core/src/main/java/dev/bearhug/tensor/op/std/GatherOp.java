package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
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
 * {@code y[.., i, ..] = x[.., index[.., i, ..], ..]} along one axis; {@code index} has the rank of
 * {@code x} and sizes not above it on the other axes.
 */
public final class GatherOp extends Op<Integer> {

  /** The only instance. */
  public static final GatherOp INSTANCE = new GatherOp();

  private GatherOp() {
    super(OpSpec.named("gather").inputs("x", "index").savesInputs("index").casts(CastPolicy.KEEP));
  }

  @Override
  public void infer(Inference i, Integer axis) {
    i.requireDType("index", DType.I64);
    checkSizes(i, axis, i.shape("x"), i.shape("index"));
    i.output(i.shape("index"), i.dtype(0));
  }

  static void checkSizes(Inference i, int axis, Shape x, Shape index) {
    i.require(
        x.rank() == index.rank(),
        () -> "index " + index + " must have as many axes as the values " + x + ".");
    i.requireAxis(axis, x);
    for (int a = 0; a < x.rank(); a++) {
      int at = a;
      i.require(
          a == axis || index.dim(a) <= x.dim(a),
          () -> "index " + index + " is larger than the values " + x + " on axis " + at + ".");
    }
  }

  @Override
  public Tensor[] vjp(Vjp v, Integer axis) {
    Tensor zeros =
        Tensor.scalar(0, v.grad().dtype(), v.grad().device()).expand(v.inputShape("x").dims());
    return Vjp.grads(
        Dispatcher.call(ScatterAddOp.INSTANCE, axis, zeros, v.input("index"), v.grad()), null);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1).uniform(3, 5).indices(5, 3, 4).build(),
        s.sample(0).uniform(4, 3, 2).indices(4, 6, 2, 2).build(),
        s.sample(0).uniform(4, 3).indices(4, 0, 3).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1)
            .uniform(3, 5)
            .indicesOf(new long[] {0, 7, 1}, 3, 1)
            .fails(
                dev.bearhug.tensor.error.IndexException.class,
                "gather: index 7 at position (1, 0) is outside [0, 5)."));
  }
}
