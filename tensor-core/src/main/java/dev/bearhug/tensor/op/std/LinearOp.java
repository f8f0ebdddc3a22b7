package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code y = x · weightᵀ + bias} with x {@code [..., in]}, weight {@code [out, in]}, bias {@code
 * [out]}. The bias of 16-bit matrices may be single precision.
 */
public final class LinearOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final LinearOp INSTANCE = new LinearOp();

  private LinearOp() {
    super(
        OpSpec.named("linear")
            .inputs("x", "weight")
            .optional("bias")
            .savesInputs("x", "weight")
            .casts(CastPolicy.LOW, "x", "weight"));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.output(resultShape(i), i.dtype(0));
  }

  /** Checks x, weight and bias, and returns the shape of the result. */
  static Shape resultShape(Inference i) {
    i.requireFloating("x");
    i.requireSameDType("x", "weight");
    i.requireRank("x", 1);
    Shape x = i.shape(0);
    Shape w = i.shape(1);
    i.require(
        w.rank() == 2 && w.dim(1) == x.dim(-1),
        () ->
            "x "
                + x
                + " ends in "
                + x.dim(-1)
                + " but weight is "
                + w
                + "; it must be [out, "
                + x.dim(-1)
                + "].");
    if (i.has("bias")) {
      i.requireDType("bias", i.dtype("x"), LayerNormOp.statistics(i.dtype("x")));
      i.requireShape("bias", Shape.of(w.dim(0)), "one value per output feature");
    }
    return x.with(-1, w.dim(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    Tensor y =
        in[0].rank() == 1
            ? in[0].unsqueeze(0).matmul(in[1].transpose(0, 1)).squeeze(0)
            : in[0].matmul(in[1].transpose(0, 1));
    return new Tensor[] {in[2] == null ? y : y.add(in[2]).to(in[0].dtype())};
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs none) {
    return gradients(v, v.grad());
  }

  /** The gradients of x, weight and bias from the gradient {@code g} of the linear result. */
  static Tensor[] gradients(Vjp v, Tensor g) {
    Tensor w = v.input("weight");
    Tensor x = v.input("x");
    Tensor g2 = g.reshape(rows(g.shape()), w.dim(0));
    return Vjp.grads(
        v.needs("x")
            ? MatmulWideOp.product(g2, w, v.inputDType("x")).reshape(x.shape().dims())
            : null,
        v.needs("weight")
            ? MatmulWideOp.product(
                g2.transpose(0, 1), x.reshape(rows(x.shape()), w.dim(1)), v.inputDType("weight"))
            : null,
        v.inputShape("bias") != null && v.needs("bias")
            ? SumWideOp.sum(g2, v.inputDType("bias"), Axes.of(g2.shape(), false, 0))
            : null);
  }

  private static long rows(Shape s) {
    return s.dropLast(1).numel();
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(3, 5).uniform(4, 5).uniform(4).build(),
        s.sample().uniform(2, 3, 7).uniform(5, 7).absent().build(),
        s.sample().uniform(6).uniform(3, 6).uniform(3).build(),
        s.sample().uniform(33, 17).uniform(18, 17).uniform(18).build(),
        s.sample().uniform(0, 5).uniform(4, 5).uniform(4).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform(2, 5)
            .uniform(5, 4)
            .absent()
            .fails(
                ShapeException.class,
                "linear: x [2, 5] ends in 5 but weight is [5, 4]; it must be [out, 5]."));
  }
}
