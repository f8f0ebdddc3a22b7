package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * {@link SumOp} whose result is at least single precision: sums of 16-bit values are not rounded
 * back. Gradients of biases in mixed precision are such sums.
 */
public final class SumWideOp extends Op<Axes> {

  /** The only instance. */
  public static final SumWideOp INSTANCE = new SumWideOp();

  private SumWideOp() {
    super(OpSpec.named("sum_wide").inputs("x").casts(CastPolicy.KEEP));
  }

  /** The sum in the type wanted for it: the wide one if that is wider than the values. */
  static Tensor sum(Tensor x, DType wanted, Axes a) {
    boolean wide = wanted.bytes() > x.dtype().bytes();
    return wide ? Dispatcher.call(INSTANCE, a, x) : Dispatcher.call(SumOp.INSTANCE, a, x);
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireFloating("x");
    i.output(a.result(i.shape("x")), LayerNormOp.statistics(i.dtype("x")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Axes a) {
    Tensor x = in[0].to(LayerNormOp.statistics(in[0].dtype()));
    return new Tensor[] {Dispatcher.call(SumOp.INSTANCE, a, x)};
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return SumOp.INSTANCE.samples(s);
  }
}
