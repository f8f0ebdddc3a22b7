package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
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
 * The end of a transformer's sub-layer in one pass over memory: {@code sum = dropout(x) +
 * residual}, {@code y = layer_norm(sum, weight, bias)}.
 *
 * <p>x and residual {@code [..., n]}, weight and bias {@code [n]}; y and sum have the type of x.
 * The random numbers are those of {@link DropoutOp} on x, so the gradient draws them again and no
 * mask is stored. Mean and rstd {@code [...]} are taken from the sum before it is rounded to its
 * type. Only y carries a gradient.
 */
public final class DropoutAddLayerNormOp extends Op<DropoutAddLayerNormOp.Attrs> {

  /** The only instance. */
  public static final DropoutAddLayerNormOp INSTANCE = new DropoutAddLayerNormOp();

  /**
   * Options.
   *
   * @param eps added to the variance before the square root
   * @param p probability of dropping, in {@code [0, 1)}
   * @param seed key of the random numbers
   * @param stream one number per use of dropout
   */
  public record Attrs(double eps, double p, long seed, long stream) {

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is outside {@code [0, 1)}
     */
    public Attrs {
      DropoutOp.checkProbability("dropout_add_layer_norm", p);
    }

    /** The dropout alone. */
    public DropoutOp.Attrs dropout() {
      return new DropoutOp.Attrs(p, seed, stream);
    }
  }

  private DropoutAddLayerNormOp() {
    super(
        OpSpec.named("dropout_add_layer_norm")
            .inputs("x", "residual", "weight", "bias")
            .outputs("y", "sum", "mean", "rstd")
            .savesInputs("weight", "bias")
            .savesOutputs("sum", "mean", "rstd")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireNotNegative("eps", a.eps());
    i.requireFloating("residual");
    i.requireRank("x", 1);
    i.requireShape("residual", i.shape("x"), "what is added must have the shape of x");
    Shape row = Shape.of(i.shape("x").dim(-1));
    i.requireShape("weight", row, "it must match the last axis of x");
    i.requireShape("bias", row, "it must match the last axis of x");
    i.requireFloating("weight");
    i.requireSameDType("weight", "bias");
    DType statistics = LayerNormOp.statistics(i.dtype("x"));
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("x").dropLast(1), statistics);
    i.output(i.shape("x").dropLast(1), statistics);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor dropped =
        a.p() > 0 ? Dispatcher.call(DropoutOp.INSTANCE, a.dropout(), in[0].to(inner)) : in[0];
    Tensor sum = dropped.to(inner).add(in[1].to(inner));
    Tensor[] norm =
        Dispatcher.apply(
            LayerNormOp.INSTANCE,
            new LayerNormOp.Attrs(a.eps()),
            sum,
            in[2].to(inner),
            in[3].to(inner));
    return new Tensor[] {norm[0].to(in[0].dtype()), sum.to(in[0].dtype()), norm[1], norm[2]};
  }

  @Override
  public Tensor recompute(Vjp v, Attrs a) {
    return Dispatcher.call(
        LayerNormOp.INSTANCE,
        new LayerNormOp.Attrs(a.eps()),
        v.output("sum"),
        v.input("weight"),
        v.input("bias"));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    if (a.p() == 0
        && v.inputDType("residual") == v.inputDType("x")
        && v.inputDType("weight") == v.inputDType("x")) {
      Tensor[] g =
          Dispatcher.apply(
              LayerNormGradOp.INSTANCE,
              1,
              v.grad("y"),
              v.output("sum"),
              v.output("mean"),
              v.output("rstd"),
              v.input("weight"));
      return Vjp.grads(g[0], g[0], g[1], g[2]);
    }
    Tensor[] g =
        Dispatcher.apply(
            DropoutAddLayerNormGradOp.INSTANCE,
            a,
            v.grad("y"),
            v.output("sum"),
            v.input("weight"),
            v.output("mean"),
            v.output("rstd"));
    Tensor residual = g[1];
    DType wanted = v.inputDType("residual");
    return Vjp.grads(g[0], wanted == residual.dtype() ? residual : residual.to(wanted), g[2], g[3]);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        sample(s, new Attrs(1e-5, 0, 0, 0), 2, 3, 8),
        sample(s, new Attrs(1e-12, 0.3, 7, 2), 4, 37),
        sample(s, new Attrs(1e-5, 0.1, -3, 1L << 33), 5, 2, 64),
        sample(s, new Attrs(1e-5, 0.5, 1, 1), 0, 16));
  }

  private static Sample<Attrs> sample(Sampler s, Attrs a, long... shape) {
    long cols = shape[shape.length - 1];
    return s.sample(a)
        .uniform(shape)
        .uniform(shape)
        .uniformIn(0.5, 1.5, cols)
        .uniform(cols)
        .build();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    Attrs a = new Attrs(1e-5, 0, 0, 0);
    return List.of(
        s.sample(a)
            .uniform(2, 8)
            .uniform(8)
            .uniform(8)
            .uniform(8)
            .fails(
                ShapeException.class,
                "dropout_add_layer_norm: residual is [8] but must be [2, 8]: what is added must"
                    + " have the shape of x."),
        s.sample(a)
            .uniform(2, 8)
            .uniform(2, 8)
            .uniform(8)
            .uniform(4)
            .fails(
                ShapeException.class,
                "dropout_add_layer_norm: bias is [4] but must be [8]: it must match the last axis"
                    + " of x."));
  }
}
