package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * {@link MatmulOp} of 16-bit matrices whose result is not rounded to 16 bits: it has the single
 * precision of the sums. Gradients of weights in mixed precision are such products.
 */
public final class MatmulWideOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final MatmulWideOp INSTANCE = new MatmulWideOp();

  private MatmulWideOp() {
    super(OpSpec.named("matmul_wide").inputs("a", "b").casts(CastPolicy.KEEP));
  }

  /** The product in the type wanted for it: the wide one if that is wider than the operands. */
  static Tensor product(Tensor a, Tensor b, DType wanted) {
    return wanted.bytes() > a.dtype().bytes()
        ? Dispatcher.call(INSTANCE, NoAttrs.NONE, a, b)
        : a.matmul(b);
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.output(MatmulOp.resultShape(i), LayerNormOp.statistics(i.dtype("a")));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    DType wide = LayerNormOp.statistics(in[0].dtype());
    return new Tensor[] {in[0].to(wide).matmul(in[1].to(wide))};
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return MatmulOp.INSTANCE.samples(s);
  }
}
