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
 * Gradient of {@link RmsNormOp}; the attribute says whether its factor is {@code 1 + weight}. With
 * {@code n = x * rstd} and {@code h = gy * factor}: {@code gx = rstd * (h - n * mean(h * n))},
 * {@code gweight = sum(gy * n)}. Without weight {@code h = gy}.
 */
public final class RmsNormGradOp extends Op<Boolean> {

  /** The only instance. */
  public static final RmsNormGradOp INSTANCE = new RmsNormGradOp();

  private RmsNormGradOp() {
    super(
        OpSpec.named("rms_norm_grad")
            .inputs("gy", "x", "rstd")
            .optional("weight")
            .outputs("gx", "gweight"));
  }

  @Override
  public void infer(Inference i, Boolean unitOffset) {
    i.requireShape("gy", i.shape("x"), "a gradient has the shape of its value");
    i.requireSameDType("gy", "x");
    i.requireFloating("x");
    i.requireRank("x", 1);
    LayerNormOp.checkStatistics(i, "rstd", i.shape("x"), i.dtype("x"), 1);
    Shape row = Shape.of(i.shape("x").dim(-1));
    LayerNormOp.checkScale(i, "weight", row);
    i.output(i.shape("x"), i.dtype("x"));
    i.output(row, i.dtype(i.has("weight") ? "weight" : "x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Boolean unitOffset) {
    DType type = in[1].dtype();
    DType inner = LayerNormOp.statistics(type);
    Tensor gy = in[0].to(inner);
    Tensor rstd = in[2].unsqueeze(-1);
    Tensor n = in[1].to(inner).mul(rstd);
    Tensor h = in[3] == null ? gy : gy.mul(in[3].to(inner).add(unitOffset ? 1 : 0));
    Tensor gx = h.sub(n.mul(h.mul(n).mean(true, -1))).mul(rstd);
    int[] outer = IntStream.range(0, n.rank() - 1).toArray();
    return new Tensor[] {
      gx.to(type), gy.mul(n).sum(false, outer).to(in[3] == null ? type : in[3].dtype())
    };
  }

  @Override
  public Stream<Sample<Boolean>> samples(Sampler s) {
    return Stream.of(
        s.sample(false).uniform(2, 3, 8).uniform(2, 3, 8).uniformIn(1, 2, 2, 3).uniform(8).build(),
        s.sample(true).uniform(5, 67).uniform(5, 67).uniformIn(1, 2, 5).uniform(67).build(),
        s.sample(false).uniform(3, 9).uniform(3, 9).uniformIn(1, 2, 3).absent().build(),
        s.sample(false).uniform(0, 7).uniform(0, 7).uniform(0).uniform(7).build());
  }

  @Override
  public List<ErrorSample<Boolean>> errorSamples(Sampler s) {
    return List.of(
        s.sample(false)
            .uniform(2, 3)
            .uniform(2, 3)
            .uniform(3)
            .uniform(3)
            .fails(
                ShapeException.class,
                "rms_norm_grad: rstd is [3] but must be [2]: there is one number per row of x."));
  }
}
