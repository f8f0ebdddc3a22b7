package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * A copy of {@code x} with slices added: {@code y[.., index[i], ..] += alpha * source[.., i, ..]}
 * with {@code index} of {@code I64[n]}. Slices that meet are added in their order.
 */
public final class IndexAddOp extends Op<IndexAddOp.Attrs> {

  /** The only instance. */
  public static final IndexAddOp INSTANCE = new IndexAddOp();

  /**
   * What to add where.
   *
   * @param axis non-negative axis
   * @param alpha factor of the slices
   */
  public record Attrs(int axis, double alpha) {}

  private IndexAddOp() {
    super(OpSpec.named("index_add").inputs("x", "index", "source").savesInputs("index"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    checkSource(i, a.axis());
    i.output(i.shape("x"), i.dtype(0));
  }

  static void checkSource(Inference i, int axis) {
    IndexSelectOp.checkIndex(i, axis);
    i.requireSameDType("x", "source");
    i.requireShape(
        "source",
        i.shape("x").with(axis, i.shape("index").dim(0)),
        "it has one slice of x per index");
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(
        v.grad(),
        null,
        v.needs("source") ? v.grad().indexSelect(a.axis(), v.input("index")).mul(a.alpha()) : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(0, 1.5)).uniform(5, 3).indices(5, 7).uniform(7, 3).build(),
        s.sample(new Attrs(1, 1)).uniform(2, 4, 17).indices(4, 9).uniform(2, 9, 17).build(),
        s.sample(new Attrs(1, -1)).uniform(3, 4).indices(4, 6).uniform(3, 6).build(),
        s.sample(new Attrs(0, 1))
            .integers(DType.I64, 9, 4)
            .indices(4, 6)
            .integers(DType.I64, 9, 6)
            .build(),
        s.sample(new Attrs(0, 1)).uniform(4, 2).indices(4, 0).uniform(0, 2).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, 1))
            .uniform(3, 2)
            .indicesOf(new long[] {0, 3}, 2)
            .uniform(2, 2)
            .fails(IndexException.class, "index_add: index 3 at position (1) is outside [0, 3)."),
        s.sample(new Attrs(0, 1))
            .uniform(3, 2)
            .indices(3, 2)
            .uniform(3, 2)
            .fails(
                ShapeException.class,
                "index_add: source is [3, 2] but must be [2, 2]: it has one slice of x per index."));
  }
}
