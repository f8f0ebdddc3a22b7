package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/** {@code y = x * scale + shift} with constants; arithmetic with Java numbers. */
public final class AffineOp extends Op<AffineOp.Attrs> {

  /** The only instance. */
  public static final AffineOp INSTANCE = new AffineOp();

  /**
   * Constants.
   *
   * @param scale factor
   * @param shift summand
   */
  public record Attrs(double scale, double shift) {}

  private AffineOp() {
    super(OpSpec.named("affine").inputs("x"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(a.scale() == 1 ? v.grad() : v.grad().mul(a.scale()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(-0.5, 2)).uniform(3, 7).build(),
        s.sample(new Attrs(3, 0)).uniform(0, 7).build());
  }
}
