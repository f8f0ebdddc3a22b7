package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * A copy of {@code x} with {@code y[.., index[.., i, ..], ..] = source[.., i, ..]} along one axis;
 * of several elements for one place the last one stays. The attribute is the axis.
 *
 * <p>The gradient of {@code source} is that of distinct indices, as in other frameworks.
 */
public final class ScatterOp extends Op<Integer> {

  /** The only instance. */
  public static final ScatterOp INSTANCE = new ScatterOp();

  private ScatterOp() {
    super(OpSpec.named("scatter").inputs("x", "index", "source").savesInputs("index"));
  }

  /** Runs the op; a source that is larger than the index is cut. */
  public static Tensor apply(Tensor x, int axis, Tensor index, Tensor source) {
    return Dispatcher.call(INSTANCE, x.shape().axis(axis), x, index, fit(source, index));
  }

  /** The part of the source that has an index. */
  static Tensor fit(Tensor source, Tensor index) {
    Tensor part = source;
    for (int a = 0; a < source.rank() && source.rank() == index.rank(); a++) {
      if (index.dim(a) < source.dim(a)) {
        part = part.slice(a, 0, index.dim(a));
      }
    }
    return part;
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
    Tensor g = v.grad();
    Tensor index = v.input("index");
    Tensor zeros = Tensor.scalar(0, g.dtype(), g.device()).expand(index.shape().dims());
    return Vjp.grads(
        v.needs("x") ? Dispatcher.call(INSTANCE, axis, g, index, zeros) : null,
        null,
        v.needs("source") ? g.gather(axis, index) : null);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1)
            .uniform(2, 5)
            .indicesOf(new long[] {4, 0, 2, 1, 3, 0}, 2, 3)
            .uniform(2, 3)
            .build(),
        s.sample(0)
            .uniform(3, 2, 2)
            .indicesOf(new long[] {2, 0, 1, 2}, 2, 2, 1)
            .uniform(2, 2, 1)
            .build(),
        s.sample(0).constant(-1, 1, 4, 3).indices(4, 6, 3).constant(-1, 1, 6, 3).build(),
        s.sample(0).integers(DType.I64, 9, 5).indices(5, 3).integers(DType.I64, 9, 3).build(),
        s.sample(0).uniform(4, 3).indices(4, 0, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1)
            .uniform(3, 5)
            .indicesOf(new long[] {0, 7, 1}, 3, 1)
            .uniform(3, 1)
            .fails(IndexException.class, "scatter: index 7 at position (1, 0) is outside [0, 5)."));
  }
}
