package dev.bearhug.tensor.op.std;

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

/** Mean of each window of {@code x[n, channels, height, width]}. */
public final class AvgPool2dOp extends Op<AvgPool2dOp.Attrs> {

  /** The only instance. */
  public static final AvgPool2dOp INSTANCE = new AvgPool2dOp();

  /**
   * The windows.
   *
   * @param rows along the height, without dilation
   * @param columns along the width, without dilation
   * @param ceil whether a last window may reach beyond the padded input
   * @param countPadding whether the zeros of the padding count as elements of the mean
   * @param divisor what sums are divided by instead of the number of elements; 0 for that number
   */
  public record Attrs(
      PoolWindow rows, PoolWindow columns, boolean ceil, boolean countPadding, long divisor) {}

  private AvgPool2dOp() {
    super(OpSpec.named("avg_pool2d").inputs("x"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    PoolWindow.check(i, a.rows(), a.columns(), a.ceil());
    i.require(
        a.rows().dilation() == 1 && a.columns().dilation() == 1,
        () -> "windows must not be dilated: " + a + ".");
    i.output(PoolWindow.output(i.shape("x"), a.rows(), a.columns(), a.ceil()), i.dtype("x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor sums = PoolWindow.windows(x, a.rows(), a.columns(), a.ceil(), 0).sum(false, 4, 5);
    if (a.divisor() != 0) {
      return new Tensor[] {sums.mul(1.0 / a.divisor())};
    }
    double[] rows = counts(a.rows(), x.dim(2), a);
    double[] columns = counts(a.columns(), x.dim(3), a);
    double[] factors = new double[rows.length * columns.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 / (rows[i / columns.length] * columns[i % columns.length]);
    }
    Tensor scale = Tensor.of(factors, rows.length, columns.length).to(sums.dtype()).to(x.device());
    return new Tensor[] {sums.mul(scale)};
  }

  /** Elements that count in each window of an axis. */
  private static double[] counts(PoolWindow w, long size, Attrs a) {
    double[] counts = new double[Math.toIntExact(w.outputs(size, a.ceil()))];
    for (int k = 0; k < counts.length; k++) {
      long start = k * w.stride() - w.padding();
      long end = Math.min(start + w.kernel(), size + w.padding());
      counts[k] = a.countPadding() ? end - start : Math.min(end, size) - Math.max(start, 0);
    }
    return counts;
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    PoolWindow one = PoolWindow.of(1, 1, 0);
    return Stream.of(
        s.sample(new Attrs(one, PoolWindow.of(3, 2, 1), false, true, 0))
            .uniform(2, 3, 1, 9)
            .build(),
        s.sample(new Attrs(PoolWindow.of(3, 2, 1), PoolWindow.of(2, 1, 1), false, false, 0))
            .uniform(2, 1, 5, 4)
            .build(),
        s.sample(new Attrs(PoolWindow.of(3, 2, 1), PoolWindow.of(2, 3, 1), true, true, 0))
            .uniform(1, 2, 6, 6)
            .build(),
        s.sample(new Attrs(PoolWindow.of(3, 2, 0), PoolWindow.of(2, 3, 0), true, false, 5))
            .uniform(1, 2, 6, 6)
            .build(),
        s.sample(new Attrs(PoolWindow.of(2, 2, 0), PoolWindow.of(2, 2, 0), false, true, 0))
            .uniform(0, 2, 4, 4)
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    PoolWindow two = PoolWindow.of(2, 1, 0);
    return List.of(
        s.sample(new Attrs(two, two, false, true, 0))
            .uniform(3, 4, 4)
            .fails(
                ShapeException.class,
                "avg_pool2d: x is [3, 4, 4] but must be [batch, channels, height, width]."));
  }
}
