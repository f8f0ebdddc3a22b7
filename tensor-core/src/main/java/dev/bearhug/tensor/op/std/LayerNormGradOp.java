package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Gradient of {@link LayerNormOp}; the attribute is its number of normalised axes. With {@code n =
 * (x - mean) * rstd} and {@code h = gy * weight}: {@code gx = rstd * (h - mean(h) - n * mean(h *
 * n))}, {@code gweight = sum(gy * n)}, {@code gbias = sum(gy)}. Without weight {@code h = gy}.
 */
public final class LayerNormGradOp extends Op<Integer> {

  /** The only instance. */
  public static final LayerNormGradOp INSTANCE = new LayerNormGradOp();

  private LayerNormGradOp() {
    super(
        OpSpec.named("layer_norm_grad")
            .inputs("gy", "x", "mean", "rstd")
            .optional("weight")
            .outputs("gx", "gweight", "gbias"));
  }

  @Override
  public void infer(Inference i, Integer axes) {
    i.requireShape("gy", i.shape("x"), "a gradient has the shape of its value");
    i.requireSameDType("gy", "x");
    i.requireFloating("x");
    i.requireRank("x", axes);
    LayerNormOp.checkStatistics(i, "mean", i.shape("x"), i.dtype("x"), axes);
    LayerNormOp.checkStatistics(i, "rstd", i.shape("x"), i.dtype("x"), axes);
    Shape row = LayerNormOp.lastAxes(i.shape("x"), axes);
    LayerNormOp.checkScale(i, "weight", row);
    i.output(i.shape("x"), i.dtype("x"));
    DType sums = i.dtype(i.has("weight") ? "weight" : "x");
    i.output(row, sums);
    i.output(row, sums);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Integer axes) {
    DType type = in[1].dtype();
    DType inner = LayerNormOp.statistics(type);
    int[] rows = LayerNormOp.axisNumbers(axes);
    Tensor gy = in[0].to(inner);
    Tensor x = in[1].to(inner);
    Tensor mean = LayerNormOp.besideRows(in[2], x.shape(), axes);
    Tensor rstd = LayerNormOp.besideRows(in[3], x.shape(), axes);
    Tensor n = x.sub(mean).mul(rstd);
    Tensor h = in[4] == null ? gy : gy.mul(in[4].to(inner));
    Tensor gx = h.sub(h.mean(true, rows)).sub(n.mul(h.mul(n).mean(true, rows))).mul(rstd);
    int[] outer = IntStream.range(0, x.rank() - axes).toArray();
    DType sums = in[4] == null ? type : in[4].dtype();
    return new Tensor[] {
      gx.to(type), gy.mul(n).sum(false, outer).to(sums), gy.sum(false, outer).to(sums)
    };
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1)
            .uniform(2, 3, 8)
            .uniform(2, 3, 8)
            .uniform(2, 3)
            .uniformIn(1, 2, 2, 3)
            .uniform(8)
            .build(),
        s.sample(1).uniform(5, 67).uniform(5, 67).uniform(5).uniformIn(1, 2, 5).uniform(67).build(),
        s.sample(2)
            .uniform(2, 3, 9)
            .uniform(2, 3, 9)
            .uniform(2)
            .uniformIn(1, 2, 2)
            .uniform(3, 9)
            .build(),
        s.sample(2)
            .uniform(4, 3, 5)
            .uniform(4, 3, 5)
            .uniform(4)
            .uniformIn(1, 2, 4)
            .absent()
            .build(),
        s.sample(1).uniform(0, 7).uniform(0, 7).uniform(0).uniform(0).uniform(7).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1)
            .uniform(2, 3)
            .uniform(2, 3)
            .uniform(3)
            .uniform(2)
            .uniform(3)
            .fails(
                ShapeException.class,
                "layer_norm_grad: mean is [3] but must be [2]: there is one number per row of x."));
  }
}
