package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gradient of {@link DropoutAddLayerNormOp}: that of {@link LayerNormGradOp} at the sum goes to the
 * residual, and through the same dropout to x. gx and gresidual have the type of gy, gweight and
 * gbias that of the weight.
 */
public final class DropoutAddLayerNormGradOp extends Op<DropoutAddLayerNormOp.Attrs> {

  /** The only instance. */
  public static final DropoutAddLayerNormGradOp INSTANCE = new DropoutAddLayerNormGradOp();

  private DropoutAddLayerNormGradOp() {
    super(
        OpSpec.named("dropout_add_layer_norm_grad")
            .inputs("gy", "sum", "weight", "mean", "rstd")
            .outputs("gx", "gresidual", "gweight", "gbias"));
  }

  @Override
  public void infer(Inference i, DropoutAddLayerNormOp.Attrs a) {
    i.requireFloating("gy");
    i.requireShape("gy", i.shape("sum"), "a gradient has the shape of its value");
    i.requireSameDType("gy", "sum");
    i.requireRank("sum", 1);
    Shape sum = i.shape("sum");
    i.requireFloating("weight");
    i.requireShape("weight", Shape.of(sum.dim(-1)), "it must match the last axis of x");
    LayerNormOp.checkStatistics(i, "mean", sum, i.dtype("sum"), 1);
    LayerNormOp.checkStatistics(i, "rstd", sum, i.dtype("sum"), 1);
    i.output(i.shape("sum"), i.dtype("sum"));
    i.output(i.shape("sum"), i.dtype("sum"));
    i.output(i.shape("weight"), i.dtype("weight"));
    i.output(i.shape("weight"), i.dtype("weight"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, DropoutAddLayerNormOp.Attrs a) {
    DType type = in[1].dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor[] g =
        Dispatcher.apply(
            LayerNormGradOp.INSTANCE,
            1,
            in[0].to(inner),
            in[1].to(inner),
            in[3].to(inner),
            in[4].to(inner),
            in[2].to(inner));
    Tensor gx = a.p() > 0 ? Dispatcher.call(DropoutOp.INSTANCE, a.dropout(), g[0]) : g[0];
    return new Tensor[] {
      gx.to(type), g[0].to(type), g[1].to(in[2].dtype()), g[2].to(in[2].dtype())
    };
  }

  @Override
  public Stream<Sample<DropoutAddLayerNormOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        sample(s, new DropoutAddLayerNormOp.Attrs(1e-5, 0.25, 5, 6), 6, 8),
        sample(s, new DropoutAddLayerNormOp.Attrs(1e-5, 0, 0, 0), 5, 67),
        sample(s, new DropoutAddLayerNormOp.Attrs(1e-5, 0.1, 1, 2), 40, 64),
        sample(s, new DropoutAddLayerNormOp.Attrs(1e-5, 0.1, 1, 2), 0, 7));
  }

  private static Sample<DropoutAddLayerNormOp.Attrs> sample(
      Sampler s, DropoutAddLayerNormOp.Attrs a, long rows, long cols) {
    return s.sample(a)
        .uniform(rows, cols)
        .uniform(rows, cols)
        .uniform(cols)
        .uniform(rows)
        .uniformIn(1, 2, rows)
        .build();
  }

  @Override
  public List<ErrorSample<DropoutAddLayerNormOp.Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new DropoutAddLayerNormOp.Attrs(1e-5, 0, 1, 2))
            .uniform(2, 3)
            .uniform(2, 3)
            .uniform(4)
            .uniform(2)
            .uniform(2)
            .fails(
                ShapeException.class,
                "dropout_add_layer_norm_grad: weight is [4] but must be [3]: it must match the last axis of x."));
  }
}
