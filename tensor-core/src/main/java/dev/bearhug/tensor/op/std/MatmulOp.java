package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
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
 * Matrix product over the last two axes, {@code [..., m, k] x [..., k, n] -> [..., m, n]}; leading
 * axes broadcast.
 */
public final class MatmulOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final MatmulOp INSTANCE = new MatmulOp();

  private MatmulOp() {
    super(OpSpec.named("matmul").inputs("a", "b").savesInputs("a", "b").casts(CastPolicy.LOW));
  }

  /** The product of tensors of any rank from 1 on: one axis is a row left and a column right. */
  public static Tensor apply(Tensor a, Tensor b) {
    if (a.rank() == 1 && b.rank() == 1) {
      return dot(a, b);
    }
    if (a.rank() == 1) {
      return Dispatcher.call(INSTANCE, NoAttrs.NONE, a.unsqueeze(0), b).squeeze(-2);
    }
    return b.rank() == 1
        ? Dispatcher.call(INSTANCE, NoAttrs.NONE, a, b.unsqueeze(1)).squeeze(-1)
        : Dispatcher.call(INSTANCE, NoAttrs.NONE, a, b);
  }

  /** Inner product of two vectors. */
  public static Tensor dot(Tensor a, Tensor b) {
    if (a.rank() != 1 || !a.shape().equals(b.shape())) {
      throw new ShapeException(
          "dot", a.shape() + " and " + b.shape() + " must be vectors of one size.");
    }
    return Dispatcher.call(INSTANCE, NoAttrs.NONE, a.unsqueeze(0), b.unsqueeze(1)).reshape();
  }

  /** All products of elements of two vectors. */
  public static Tensor outer(Tensor a, Tensor b) {
    if (a.rank() != 1 || b.rank() != 1) {
      throw new ShapeException("outer", a.shape() + " and " + b.shape() + " must be vectors.");
    }
    return a.unsqueeze(1).mul(b);
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.output(resultShape(i), i.dtype(0));
  }

  /** Checks both inputs of the op and gives the shape of their product. */
  static Shape resultShape(Inference i) {
    i.requireFloating("a");
    i.requireSameDType("a", "b");
    i.requireRank("a", 2);
    i.requireRank("b", 2);
    Shape a = i.shape(0);
    Shape b = i.shape(1);
    i.require(
        a.dim(-1) == b.dim(-2),
        () ->
            "inner dimensions differ: left "
                + a
                + " ends in "
                + a.dim(-1)
                + ", right "
                + b
                + " starts with "
                + b.dim(-2)
                + "."
                + (a.dim(-1) == b.dim(-1)
                    ? "\n  The right side looks like a weight stored as (out, in). Use linear(x, w) or"
                        + " w.transpose(-2, -1)."
                    : ""));
    Shape batch = Shape.broadcast(INSTANCE.name(), a.dropLast(2), b.dropLast(2));
    return batch.append(a.dim(-2), b.dim(-1));
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs none) {
    Tensor g = v.grad();
    return Vjp.grads(
        v.needs("a")
            ? MatmulWideOp.product(g, v.input("b").transpose(-2, -1), v.inputDType("a"))
            : null,
        v.needs("b") ? rightGradient(v, v.input("a"), g) : null);
  }

  /** A right side that all of a batch shares sums over the batch inside of one product. */
  private static Tensor rightGradient(Vjp v, Tensor a, Tensor g) {
    if (v.inputShape("b").rank() == 2 && a.rank() > 2) {
      long rows = a.shape().dropLast(1).numel();
      return MatmulWideOp.product(
          a.reshape(rows, a.dim(-1)).transpose(0, 1),
          g.reshape(rows, g.dim(-1)),
          v.inputDType("b"));
    }
    return MatmulWideOp.product(a.transpose(-2, -1), g, v.inputDType("b"));
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().uniform(3, 5).uniform(5, 4).build(),
        s.sample().uniform(2, 3, 4, 5).uniform(2, 3, 5, 6).build(),
        s.sample().uniform(2, 1, 4, 5).uniform(3, 5, 2).build(),
        s.sample().uniform(2, 2, 3, 4).uniform(4, 5).build(),
        s.sample().uniform(17, 33).uniform(33, 19).build(),
        s.sample().uniform(1, 7).uniform(7, 1).build(),
        s.sample().uniform(0, 5).uniform(5, 4).build(),
        s.sample().uniform(3, 0).uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .uniform(8, 128, 768)
            .uniform(512, 768)
            .fails(
                ShapeException.class,
                "matmul: inner dimensions differ: left [8, 128, 768] ends in 768, right [512, 768] starts"
                    + " with 512.\n  The right side looks like a weight stored as (out, in). Use"
                    + " linear(x, w) or w.transpose(-2, -1)."));
  }
}
