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
 * Slices of an axis by number: {@code y[.., i, ..] = x[.., index[i], ..]} with {@code index} of
 * {@code I64[n]}. The attribute is the axis.
 */
public final class IndexSelectOp extends Op<Integer> {

  /** The only instance. */
  public static final IndexSelectOp INSTANCE = new IndexSelectOp();

  private IndexSelectOp() {
    super(OpSpec.named("index_select").inputs("x", "index").savesInputs("index"));
  }

  @Override
  public void infer(Inference i, Integer axis) {
    checkIndex(i, axis);
    i.output(i.shape("x").with(axis, i.shape("index").dim(0)), i.dtype(0));
  }

  static void checkIndex(Inference i, int axis) {
    i.requireDType("index", DType.I64);
    i.requireRank("x", 1);
    i.requireAxis(axis, i.shape("x"));
    i.require(
        i.shape("index").rank() == 1,
        () ->
            "index is "
                + i.shape("index")
                + " but must have one axis. For an index per element use gather or"
                + " takeAlongAxis.");
  }

  @Override
  public Tensor[] vjp(Vjp v, Integer axis) {
    Tensor zeros =
        Tensor.scalar(0, v.grad().dtype(), v.grad().device()).expand(v.inputShape("x").dims());
    return Vjp.grads(
        Dispatcher.call(
            IndexAddOp.INSTANCE, new IndexAddOp.Attrs(axis, 1), zeros, v.input("index"), v.grad()),
        null);
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(0).uniform(5, 4, 3).indices(5, 7).build(),
        s.sample(2).uniform(3, 4, 5).indices(5, 6).build(),
        s.sample(1).uniform(2, 3, 17).indices(3, 4).build(),
        s.sample(0).integers(DType.I64, 9, 6).indices(6, 3).build(),
        s.sample(1).integers(DType.BOOL, 2, 3, 6).indices(6, 4).build(),
        s.sample(0).uniform(4, 2).indices(4, 0).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1)
            .uniform(3, 5)
            .indicesOf(new long[] {0, 4, 5}, 3)
            .fails(
                IndexException.class, "index_select: index 5 at position (2) is outside [0, 5)."),
        s.sample(0)
            .uniform(3, 5)
            .indicesOf(new long[] {-1}, 1)
            .fails(
                IndexException.class, "index_select: index -1 at position (0) is outside [0, 3)."),
        s.sample(0)
            .uniform(3, 5)
            .indices(3, 2, 2)
            .fails(
                ShapeException.class,
                "index_select: index is [2, 2] but must have one axis. For an index per element use"
                    + " gather or takeAlongAxis."));
  }
}
