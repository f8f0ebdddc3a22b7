package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The whole tensor repeated along axes. There may be more numbers than axes; the first ones then
 * stand for new leading axes. The attribute is the number of repetitions per axis.
 */
public final class RepeatOp extends Op<List<Long>> {

  /** The only instance. */
  public static final RepeatOp INSTANCE = new RepeatOp();

  private RepeatOp() {
    super(OpSpec.named("repeat").inputs("x"));
  }

  @Override
  public void infer(Inference i, List<Long> repeats) {
    Shape x = i.shape(0);
    i.require(
        repeats.size() >= x.rank() && repeats.stream().allMatch(r -> r >= 0),
        () ->
            "repetitions "
                + repeats
                + " do not fit x "
                + x
                + " (one non-negative number per axis is needed, more make new leading axes).");
    int extra = repeats.size() - x.rank();
    long[] d = new long[repeats.size()];
    Arrays.setAll(d, k -> i.product(repeats.get(k), k < extra ? 1 : x.dim(k - extra)));
    i.output(Shape.of(d), i.dtype(0));
  }

  /** A view with two axes for each one, then one copy. */
  @Override
  public Tensor[] compose(Tensor[] in, List<Long> repeats) {
    Tensor x = in[0];
    int extra = repeats.size() - x.rank();
    long[] split = new long[2 * repeats.size()];
    long[] expanded = new long[split.length];
    long[] whole = new long[repeats.size()];
    for (int k = 0; k < whole.length; k++) {
      long size = k < extra ? 1 : x.dim(k - extra);
      split[2 * k] = 1;
      split[2 * k + 1] = size;
      expanded[2 * k] = repeats.get(k);
      expanded[2 * k + 1] = size;
      whole[k] = repeats.get(k) * size;
    }
    return new Tensor[] {x.reshape(split).expand(expanded).reshape(whole)};
  }

  @Override
  public Stream<Sample<List<Long>>> samples(Sampler s) {
    return Stream.of(
        s.sample(List.of(2L, 1L, 3L)).uniform(3, 2).build(),
        s.sample(List.of(4L)).uniform(3).build(),
        s.sample(List.of(2L, 0L)).uniform(3, 2).build(),
        s.sample(List.of(2L, 2L)).uniform(0, 2).build());
  }

  @Override
  public List<ErrorSample<List<Long>>> errorSamples(Sampler s) {
    return List.of(
        s.sample(List.of(2L))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "repeat: repetitions [2] do not fit x [2, 3] (one non-negative number per axis is"
                    + " needed, more make new leading axes)."));
  }
}
