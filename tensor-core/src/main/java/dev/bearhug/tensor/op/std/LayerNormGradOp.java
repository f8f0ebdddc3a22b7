package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Gradient of {@link LayerNormOp}. With {@code n = (x - mean) * rstd} and {@code h = gy * weight}:
 * {@code gx = rstd * (h - mean(h) - n * mean(h * n))}, {@code gweight = sum(gy * n)}, {@code gbias
 * = sum(gy)}.
 */
public final class LayerNormGradOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final LayerNormGradOp INSTANCE = new LayerNormGradOp();

  private LayerNormGradOp() {
    super(
        OpSpec.named("layer_norm_grad")
            .inputs("gy", "x", "weight", "mean", "rstd")
            .outputs("gx", "gweight", "gbias"));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireShape("gy", i.shape("x"), "a gradient has the shape of its value");
    i.requireSameDType("gy", "x");
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("weight"), i.dtype("weight"));
    i.output(i.shape("weight"), i.dtype("weight"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    DType inner = LayerNormOp.statistics(in[1].dtype());
    Tensor gy = in[0].to(inner);
    Tensor x = in[1].to(inner);
    Tensor rstd = in[4].unsqueeze(-1);
    Tensor n = x.sub(in[3].unsqueeze(-1)).mul(rstd);
    Tensor h = gy.mul(in[2].to(inner));
    Tensor gx = h.sub(h.mean(true, -1)).sub(n.mul(h.mul(n).mean(true, -1))).mul(rstd);
    int[] outer = new int[x.rank() - 1];
    Arrays.setAll(outer, axis -> axis);
    return new Tensor[] {
      gx.to(in[1].dtype()),
      gy.mul(n).sum(false, outer).to(in[2].dtype()),
      gy.sum(false, outer).to(in[2].dtype())
    };
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample()
            .uniform(2, 3, 8)
            .uniform(2, 3, 8)
            .uniform(8)
            .uniform(2, 3)
            .uniformIn(1, 2, 2, 3)
            .build(),
        s.sample().uniform(5, 67).uniform(5, 67).uniform(67).uniform(5).uniformIn(1, 2, 5).build(),
        s.sample().uniform(0, 7).uniform(0, 7).uniform(7).uniform(0).uniform(0).build());
  }
}
