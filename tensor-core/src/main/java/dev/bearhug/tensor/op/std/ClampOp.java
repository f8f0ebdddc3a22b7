package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/**
 * {@code y = min(max(x, low), high)}; the gradient passes where the value is inside, bounds
 * included.
 */
public final class ClampOp extends Op<ClampOp.Attrs> {

  /** The only instance. */
  public static final ClampOp INSTANCE = new ClampOp();

  /**
   * Bounds.
   *
   * @param low smallest result, negative infinity for none
   * @param high largest result, infinity for none
   */
  public record Attrs(double low, double high) {}

  private ClampOp() {
    super(OpSpec.named("clamp").inputs("x").savesInputs("x"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.require(
        a.low() <= a.high(), () -> "low " + a.low() + " must not exceed high " + a.high() + ".");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor x = v.input("x");
    Tensor g = v.grad();
    // Inside is what clamping leaves as it is; not-a-number is nowhere.
    return Vjp.grads(
        Tensor.where(x.clamp(a.low(), a.high()).eq(x), g, ElementwiseRows.number(g, 0)));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(-0.4, 0.6)).distinct(0.1, 3, 7).build(),
        s.sample(new Attrs(Double.NEGATIVE_INFINITY, 0.27)).distinct(0.1, 3, 7).build(),
        s.sample(new Attrs(-0.33, Double.POSITIVE_INFINITY)).distinct(0.1, 33).build(),
        s.sample(new Attrs(-0.4, 0.6)).uniform(0, 7).build());
  }
}
