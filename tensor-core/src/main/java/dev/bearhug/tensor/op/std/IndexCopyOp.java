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
 * A copy of {@code x} with slices replaced: {@code y[.., index[i], ..] = source[.., i, ..]} with
 * {@code index} of {@code I64[n]}; of several slices for one place the last one stays. The
 * attribute is the axis.
 *
 * <p>The gradient of {@code source} is that of distinct indices, as in other frameworks.
 */
public final class IndexCopyOp extends Op<Integer> {

  /** The only instance. */
  public static final IndexCopyOp INSTANCE = new IndexCopyOp();

  private IndexCopyOp() {
    super(OpSpec.named("index_copy").inputs("x", "index", "source").savesInputs("index"));
  }

  @Override
  public void infer(Inference i, Integer axis) {
    IndexAddOp.checkSource(i, axis);
    i.output(i.shape("x"), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Integer axis) {
    Tensor g = v.grad();
    Tensor index = v.input("index");
    Tensor zeros = Tensor.scalar(0, g.dtype(), g.device()).expand(v.inputShape("source").dims());
    return Vjp.grads(
        v.needs("x") ? Dispatcher.call(INSTANCE, axis, g, index, zeros) : null,
        null,
        v.needs("source") ? g.indexSelect(axis, index) : null);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(0).uniform(5, 3).indicesOf(new long[] {4, 0, 2}, 3).uniform(3, 3).build(),
        s.sample(1).uniform(2, 4, 17).indicesOf(new long[] {3, 1}, 2).uniform(2, 2, 17).build(),
        s.sample(0)
            .constant(-1, 1, 5, 2)
            .indicesOf(new long[] {1, 1, 0, 1}, 4)
            .constant(-1, 1, 4, 2)
            .build(),
        s.sample(1)
            .integers(DType.BOOL, 2, 2, 4)
            .indicesOf(new long[] {3, 3}, 2)
            .integers(DType.BOOL, 2, 2, 2)
            .build(),
        s.sample(0).uniform(4, 2).indices(4, 0).uniform(0, 2).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(0)
            .uniform(3, 2)
            .indicesOf(new long[] {-4, 1}, 2)
            .uniform(2, 2)
            .fails(
                IndexException.class, "index_copy: index -4 at position (0) is outside [0, 3)."));
  }
}
