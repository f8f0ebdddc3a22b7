package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * A triangle of the last two axes, zero elsewhere: elements {@code (i, j)} with {@code j - i <=
 * diagonal} ({@code tril}) or {@code j - i >= diagonal} ({@code triu}). The attribute is the
 * diagonal: 0 the main one, positive above it.
 */
public final class TriangleOp extends Op<Long> {

  /** The lower triangle. */
  public static final TriangleOp TRIL = new TriangleOp("tril", true);

  /** The upper triangle. */
  public static final TriangleOp TRIU = new TriangleOp("triu", false);

  private final boolean lower;

  private TriangleOp(String name, boolean lower) {
    super(OpSpec.named(name).inputs("x"));
    this.lower = lower;
  }

  @Override
  public void infer(Inference i, Long diagonal) {
    i.requireRank("x", 2);
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Long diagonal) {
    Tensor x = in[0];
    Tensor rows = Tensor.arange(x.dim(-2), x.device()).unsqueeze(1);
    Tensor columns = Tensor.arange(x.dim(-1), x.device());
    Tensor bound = rows.add(Tensor.scalar(diagonal, DType.I64, x.device()));
    Tensor kept = lower ? columns.le(bound) : columns.ge(bound);
    return new Tensor[] {Tensor.where(kept, x, Tensor.scalar(0, x.dtype(), x.device()))};
  }

  @Override
  public Stream<Sample<Long>> samples(Sampler s) {
    return Stream.of(
        s.sample(0L).uniform(4, 4).build(),
        s.sample(-1L).uniform(2, 4, 5).build(),
        s.sample(1L).integers(DType.I64, 9, 5, 3).build(),
        s.sample(9L).uniform(2, 3).build(),
        s.sample(0L).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Long>> errorSamples(Sampler s) {
    return List.of(
        s.sample(0L)
            .uniform(4)
            .fails(ShapeException.class, name() + ": x [4] has 1 axes, at least 2 are needed."));
  }
}
