package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/**
 * Product over axes. The gradient multiplies what is before and what is behind each element, so it
 * is right where elements are zero.
 */
public final class ProdOp extends Op<Axes> {

  /** The only instance. */
  public static final ProdOp INSTANCE = new ProdOp();

  private ProdOp() {
    super(OpSpec.named("prod").inputs("x").casts(CastPolicy.F32).savesInputs("x"));
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireDType("x", DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    i.output(a.result(i.shape(0)), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Axes a) {
    Tensor x = v.input("x");
    Shape in = x.shape();
    int[] order = a.lastOrder(x.rank());
    Tensor last = x.permute(order);
    Tensor rows = last.reshape(a.result(in).numel(), a.count(in));
    Tensor before = Dispatcher.call(CumprodOp.INSTANCE, new ScanAttrs(1, true, false), rows);
    Tensor behind = Dispatcher.call(CumprodOp.INSTANCE, new ScanAttrs(1, true, true), rows);
    Tensor others = before.mul(behind).reshape(last.shape().dims());
    int[] back = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      back[order[i]] = i;
    }
    return Vjp.grads(others.permute(back).mul(a.keep(v.grad(), in)));
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return Stream.concat(
        ReductionSamples.of(s, a -> a, (b, shape) -> b.uniformIn(-1.5, 1.5, shape)),
        Stream.of(
            s.sample(new Axes(java.util.List.of(1), false))
                .values(new double[] {0, 2, 3, 0, 5, 0, 1, 2, 3, 4, 5, 6}, 4, 3)
                .build()));
  }
}
