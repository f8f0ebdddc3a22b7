package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Takes the rows with real tokens out of a padded batch: {@code y[i, ...] = x[rows[i], ...]} with x
 * {@code [n, ...]}, rows {@code I64[t]} strictly ascending and y {@code [t, ...]}. The inverse, and
 * the gradient, is {@link UnpackRowsOp}.
 */
public final class PackRowsOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final PackRowsOp INSTANCE = new PackRowsOp();

  private PackRowsOp() {
    super(OpSpec.named("pack_rows").inputs("x", "rows").savesInputs("rows"));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireRank("x", 1);
    checkRows(i);
    i.output(i.shape("x").with(0, i.shape("rows").dim(0)), i.dtype("x"));
  }

  static void checkRows(Inference i) {
    i.requireDType("rows", DType.I64);
    Shape rows = i.shape("rows");
    i.require(rows.rank() == 1, () -> "rows are " + rows + " but must be [count].");
  }

  /** Throws for the first row number that is not above its predecessor or not below the count. */
  static void checkValues(String op, Tensor rows, long count) {
    long[] values = rows.toLongArray();
    for (int i = 0; i < values.length; i++) {
      IndexErrors.checkAscending(op, values[i], i == 0 ? -1 : values[i - 1], i, count);
    }
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    checkValues(name(), in[1], in[0].dim(0));
    return new Tensor[] {in[0].gather(0, wide(in[1], in[0]))};
  }

  /** The row numbers, one for every element of the rows they stand for. */
  static Tensor wide(Tensor rows, Tensor like) {
    long[] column = new long[like.rank()];
    Arrays.fill(column, 1);
    column[0] = rows.dim(0);
    return rows.reshape(column).expand(like.shape().with(0, rows.dim(0)).dims());
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs none) {
    long count = v.inputShape("x").dim(0);
    return Vjp.grads(
        Dispatcher.call(UnpackRowsOp.INSTANCE, count, v.grad(), v.input("rows")), null);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(6, 5).fixed(DType.I64, 0, 2, 3, 5).build(),
        s.sample().uniform(4, 3, 17).fixed(DType.I64, 1).build(),
        s.sample().uniform(5).fixed(DType.I64, 0, 4).build(),
        s.sample().uniform(3, 2).fixed(DType.I64).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform(4, 2)
            .indicesOf(new long[] {0, 4}, 2)
            .fails(IndexException.class, "pack_rows: row 4 at position 1 is outside [0, 4)."),
        s.sample()
            .uniform(4, 2)
            .indicesOf(new long[] {2, 1}, 2)
            .fails(
                IndexException.class,
                "pack_rows: row 1 at position 1 does not lie behind row 2; rows must be strictly"
                    + " ascending."),
        s.sample()
            .uniform(4, 2)
            .indices(4, 2, 1)
            .fails(ShapeException.class, "pack_rows: rows are [2, 1] but must be [count]."));
  }
}
