package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Gradient of {@link CumprodOp}: {@code gx[j] = before[j] * sum_k gy[k] * between[j, k]} with the
 * product of the elements before j and that of the elements between j and k. Nothing is divided, so
 * zeros are no special case; kernels need one pass for the products and one for the sums, which
 * obey {@code r[j] = gy[j] + x[j + 1] * r[j + 1]}.
 */
public final class CumprodGradOp extends Op<ScanAttrs> {

  /** The only instance. */
  public static final CumprodGradOp INSTANCE = new CumprodGradOp();

  private CumprodGradOp() {
    super(OpSpec.named("cumprod_grad").inputs("gy", "x").outputs("gx"));
  }

  @Override
  public void infer(Inference i, ScanAttrs a) {
    i.requireFloating("gy");
    i.requireSameDType("gy", "x");
    i.requireShape("x", i.shape("gy"), "a gradient has the shape of its value");
    i.requireAxis(a.axis(), i.shape(0));
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, ScanAttrs a) {
    DType type = in[0].dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor g = in[0].to(inner).transpose(a.axis(), -1);
    Tensor x = in[1].to(inner).transpose(a.axis(), -1);
    long n = x.dim(-1);
    int rank = x.rank();
    ScanAttrs last = new ScanAttrs(rank - 1, true, a.reverse());
    Tensor before = Dispatcher.call(CumprodOp.INSTANCE, last, x);
    Tensor row = Tensor.arange(n, x.device()).reshape(n, 1);
    Tensor column = Tensor.arange(n, x.device()).reshape(1, n);
    Tensor behind = a.reverse() ? column.lt(row) : column.gt(row);
    Tensor one = Tensor.scalar(1, inner, x.device());
    Tensor factors = Tensor.where(behind, x.unsqueeze(-2), one);
    Tensor between =
        Dispatcher.call(
            CumprodOp.INSTANCE, new ScanAttrs(rank, a.exclusive(), a.reverse()), factors);
    Tensor reached = a.exclusive() ? behind : behind.or(row.eq(column));
    Tensor zero = Tensor.scalar(0, inner, x.device());
    Tensor sums = Tensor.where(reached, between.mul(g.unsqueeze(-2)), zero).sum(false, -1);
    return new Tensor[] {before.mul(sums).transpose(a.axis(), -1).contiguous().to(type)};
  }

  @Override
  public Stream<Sample<ScanAttrs>> samples(Sampler s) {
    return ScanAttrs.samples(s, 2);
  }
}
