package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts packed rows back to their places: {@code y[rows[i], ...] = x[i, ...]} and zero elsewhere,
 * with x {@code [t, ...]}, rows {@code I64[t]} strictly ascending and y {@code [n, ...]}. The
 * attribute is n. The inverse, and the gradient, is {@link PackRowsOp}.
 */
public final class UnpackRowsOp extends Op<Long> {

  /** The only instance. */
  public static final UnpackRowsOp INSTANCE = new UnpackRowsOp();

  private UnpackRowsOp() {
    super(OpSpec.named("unpack_rows").inputs("x", "rows").savesInputs("rows"));
  }

  @Override
  public void infer(Inference i, Long count) {
    i.requireRank("x", 1);
    PackRowsOp.checkRows(i);
    i.require(
        i.shape("x").dim(0) == i.shape("rows").dim(0),
        () ->
            "x "
                + i.shape("x")
                + " has "
                + i.shape("x").dim(0)
                + " rows but there are "
                + i.shape("rows").dim(0)
                + " row numbers.");
    i.require(count >= 0, () -> "the number of rows is " + count + " but must not be negative.");
    i.output(i.shape("x").with(0, count), i.dtype("x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Long count) {
    Tensor x = in[0];
    PackRowsOp.checkValues(name(), in[1], count);
    Tensor zeros = Tensor.full(x.shape().with(0, count), 0, x.dtype(), x.device());
    return new Tensor[] {
      Dispatcher.call(ScatterOp.INSTANCE, 0, zeros, PackRowsOp.wide(in[1], x), x)
    };
  }

  @Override
  public Tensor[] vjp(Vjp v, Long count) {
    return Vjp.grads(
        Dispatcher.call(PackRowsOp.INSTANCE, NoAttrs.NONE, v.grad(), v.input("rows")), null);
  }

  @Override
  public Stream<Sample<Long>> samples(Sampler s) {
    return Stream.of(
        s.sample(6L).uniform(4, 5).fixed(DType.I64, 0, 2, 3, 5).build(),
        s.sample(3L).uniform(1, 3, 17).fixed(DType.I64, 1).build(),
        s.sample(5L).uniform(2).fixed(DType.I64, 0, 4).build(),
        s.sample(2L).uniform(0, 3).fixed(DType.I64).build());
  }

  @Override
  public List<ErrorSample<Long>> errorSamples(Sampler s) {
    return List.of(
        s.sample(4L)
            .uniform(2, 2)
            .indicesOf(new long[] {3, 7}, 2)
            .fails(IndexException.class, "unpack_rows: row 7 at position 1 is outside [0, 4)."),
        s.sample(4L)
            .uniform(3, 2)
            .indicesOf(new long[] {0, 1}, 2)
            .fails(
                ShapeException.class,
                "unpack_rows: x [3, 2] has 3 rows but there are 2 row numbers."));
  }
}
