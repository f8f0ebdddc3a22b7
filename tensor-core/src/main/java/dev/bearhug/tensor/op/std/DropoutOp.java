package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/**
 * Inverted dropout (Srivastava et al., 2014): {@code y = x * keep / (1 - p)}.
 *
 * <p>Element {@code i} in row-major order uses word {@code i % 4} of {@link
 * dev.bearhug.tensor.backend.Philox#block Philox block} {@code i / 4} of the stream; it is kept
 * when {@code Philox.uniform(word) >= (float) p}. The gradient draws the same numbers again, so no
 * mask is ever stored.
 */
public final class DropoutOp extends Op<DropoutOp.Attrs> {

  /** The only instance. */
  public static final DropoutOp INSTANCE = new DropoutOp();

  /**
   * What to drop.
   *
   * @param p probability of dropping, in {@code [0, 1)}
   * @param seed key of the random numbers
   * @param stream one number per use of dropout
   */
  public record Attrs(double p, long seed, long stream) {

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is outside {@code [0, 1)}
     */
    public Attrs {
      checkProbability("dropout", p);
    }
  }

  private DropoutOp() {
    super(OpSpec.named("dropout").inputs("x"));
  }

  /** Throws unless a probability of dropping is in {@code [0, 1)}. */
  static void checkProbability(String op, double p) {
    if (!(p >= 0 && (float) p < 1)) {
      throw new IllegalArgumentException(
          op
              + ": the probability of dropping is "
              + p
              + " but must be in [0, 1). Is it given in percent?");
    }
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(Dispatcher.call(INSTANCE, a, v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(0.3, 42, 1)).uniform(3, 7).build(),
        s.sample(new Attrs(0.5, -9, 1L << 40)).uniform(2, 3, 33).build(),
        s.sample(new Attrs(0, 1, 2)).uniform(5).build(),
        s.sample(new Attrs(0.1, 3, 4)).uniform(0, 5).build());
  }
}
