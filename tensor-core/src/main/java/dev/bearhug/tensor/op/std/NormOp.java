package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Vector norm over axes, {@code sum(|x|^p)^(1/p)}; for infinite p the largest or smallest
 * magnitude, for 0 the number of elements that are not zero. Where the norm is 0 its gradient is 0;
 * magnitudes that are equally extreme share it.
 */
public final class NormOp extends Op<NormOp.Attrs> {

  /** The only instance. */
  public static final NormOp INSTANCE = new NormOp();

  /**
   * What to reduce.
   *
   * @param p order of the norm, any number or infinite
   * @param axes the axes
   */
  public record Attrs(double p, Axes axes) {}

  private NormOp() {
    super(
        OpSpec.named("norm").inputs("x").casts(CastPolicy.F32).savesInputs("x").savesOutputs("y"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    Shape in = i.shape(0);
    i.require(
        !Double.isInfinite(a.p()) || a.axes().count(in) > 0,
        () ->
            "axes "
                + a.axes().axes()
                + " of "
                + in
                + " hold no elements and have no norm of order "
                + a.p()
                + ".");
    i.output(a.axes().result(in), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0].to(LayerNormOp.statistics(in[0].dtype()));
    int[] axes = a.axes().toArray();
    double p = a.p();
    Tensor y;
    if (p == 0) {
      y = x.ne(ElementwiseRows.number(x, 0)).to(x.dtype()).sum(true, axes);
    } else if (p == 1) {
      y = x.abs().sum(true, axes);
    } else if (p == 2) {
      y = x.square().sum(true, axes).sqrt();
    } else if (Double.isInfinite(p)) {
      y = p > 0 ? x.abs().amax(true, axes) : x.abs().amin(true, axes);
    } else {
      y = x.abs().pow(p).sum(true, axes).pow(1 / p);
    }
    return new Tensor[] {a.axes().drop(y, x.shape()).to(in[0].dtype())};
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    DType type = v.input("x").dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor x = v.input("x").to(inner);
    Tensor y = a.axes().keep(v.output("y").to(inner), x.shape());
    Tensor g = a.axes().keep(v.grad().to(inner), x.shape());
    return Vjp.grads(gradient(x, y, g, a).to(type));
  }

  private static Tensor gradient(Tensor x, Tensor y, Tensor g, Attrs a) {
    double p = a.p();
    Tensor zero = ElementwiseRows.number(x, 0);
    if (p == 0) {
      return Tensor.zerosLike(x);
    }
    if (p == 1) {
      return x.sign().mul(g);
    }
    if (p == 2) {
      return x.mul(Tensor.where(y.eq(zero), zero, g.div(y)));
    }
    if (Double.isInfinite(p)) {
      Tensor ties = x.abs().eq(y).to(x.dtype());
      return x.sign().mul(ties).mul(g.div(ties.sum(true, a.axes().toArray())));
    }
    Tensor scale = Tensor.where(y.eq(zero), zero, g.mul(y.pow(1 - p)));
    Tensor slope = x.sign().mul(x.abs().pow(p - 1));
    // Below order 1 the slope at 0 is infinite; it counts as 0.
    return (p < 1 ? Tensor.where(x.eq(zero), zero, slope) : slope).mul(scale);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.concat(
        Stream.of(2.0, 1.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 3.0, 0.5)
            .flatMap(
                p ->
                    ReductionSamples.of(
                        s, a -> new Attrs(p, a), (b, shape) -> b.uniformIn(-1.5, 1.5, shape))),
        ReductionSamples.of(s, a -> new Attrs(0, a), (b, shape) -> b.constant(-1, 1, shape)));
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(Double.POSITIVE_INFINITY, new Axes(List.of(0), false)))
            .uniform(0, 3)
            .fails(
                ShapeException.class,
                "norm: axes [0] of [0, 3] hold no elements and have no norm of order Infinity."));
  }
}
