package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/**
 * Variance over axes, {@code sum((x - mean)^2) / (n - correction)}, or its root, the standard
 * deviation. Where the deviation is 0 its gradient is 0.
 */
public final class VarOp extends Op<VarOp.Attrs> {

  /** The variance. */
  public static final VarOp VAR = new VarOp("var", false);

  /** The standard deviation. */
  public static final VarOp STD = new VarOp("std", true);

  /**
   * What to reduce.
   *
   * @param axes the axes
   * @param correction what is taken off the number of elements: 1 estimates the variance of the
   *     distribution that a sample is from (Bessel), 0 gives that of the values themselves
   */
  public record Attrs(Axes axes, double correction) {

    /** The divisor for inputs of a shape, not below 0. */
    public double divisor(Shape input) {
      return Math.max(0, axes.count(input) - correction);
    }
  }

  private final boolean root;

  private VarOp(String name, boolean root) {
    super(spec(name, root));
    this.root = root;
  }

  private static OpSpec spec(String name, boolean root) {
    OpSpec s = OpSpec.named(name).inputs("x").casts(CastPolicy.F32).savesInputs("x");
    return root ? s.savesOutputs("y") : s;
  }

  /** Whether this is the standard deviation. */
  public boolean isRoot() {
    return root;
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.output(a.axes().result(i.shape(0)), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0].to(LayerNormOp.statistics(in[0].dtype()));
    Tensor squares = centred(x, a).square().sum(true, a.axes().toArray());
    Tensor variance = squares.mul(1 / a.divisor(x.shape()));
    Tensor y = root ? variance.sqrt() : variance;
    return new Tensor[] {a.axes().drop(y, x.shape()).to(in[0].dtype())};
  }

  private static Tensor centred(Tensor x, Attrs a) {
    int[] axes = a.axes().toArray();
    return x.sub(x.sum(true, axes).mul(1.0 / a.axes().count(x.shape())));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    DType type = v.input("x").dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor x = v.input("x").to(inner);
    Tensor g = a.axes().keep(v.grad().to(inner), x.shape());
    if (root) {
      Tensor y = a.axes().keep(v.output("y").to(inner), x.shape());
      Tensor zero = ElementwiseRows.number(y, 0);
      g = Tensor.where(y.eq(zero), zero, g.div(y).mul(0.5));
    }
    return Vjp.grads(centred(x, a).mul(g.mul(2 / a.divisor(x.shape()))).to(type));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.concat(
        ReductionSamples.of(s, a -> new Attrs(a, 1), (b, shape) -> b.uniform(shape)),
        ReductionSamples.of(s, a -> new Attrs(a, 0), (b, shape) -> b.uniformIn(3, 5, shape)));
  }
}
