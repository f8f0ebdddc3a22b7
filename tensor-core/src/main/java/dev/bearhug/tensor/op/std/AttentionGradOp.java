package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Gradient of {@link AttentionOp}. With {@code gp = dropout(gy · vᵀ)} and {@code gs = scale * probs
 * * (gp - sum(gp * probs))}: {@code gq = gs · k}, {@code gk = gsᵀ · q}, {@code gv = dropout(probs)ᵀ
 * · gy}. Masks act through probs alone.
 */
public final class AttentionGradOp extends Op<AttentionOp.Attrs> {

  /** The only instance. */
  public static final AttentionGradOp INSTANCE = new AttentionGradOp();

  private AttentionGradOp() {
    super(
        OpSpec.named("attention_grad")
            .inputs("gy", "q", "k", "v", "probs")
            .outputs("gq", "gk", "gv"));
  }

  @Override
  public void infer(Inference i, AttentionOp.Attrs a) {
    Shape scores = AttentionOp.checkInputs(i);
    i.requireSameDType("gy", "q");
    i.requireSameDType("probs", "q");
    i.requireShape("probs", scores, "there is one weight per query and key");
    i.requireShape(
        "gy", scores.with(-1, i.shape("v").dim(-1)), "a gradient has the shape of its value");
    i.output(i.shape("q"), i.dtype("q"));
    i.output(i.shape("k"), i.dtype("k"));
    i.output(i.shape("v"), i.dtype("v"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, AttentionOp.Attrs a) {
    Tensor gy = in[0];
    Tensor probs = in[4];
    DType type = probs.dtype();
    Tensor weights = dropout(probs, a);
    Tensor gv = weights.transpose(-2, -1).matmul(gy);
    DType inner = LayerNormOp.statistics(type);
    Tensor gp = dropout(gy.matmul(in[3].transpose(-2, -1)), a).to(inner);
    Tensor p = probs.to(inner);
    Tensor gs = p.mul(gp.sub(gp.mul(p).sum(true, -1))).mul(a.scale()).to(type);
    return new Tensor[] {gs.matmul(in[2]), gs.transpose(-2, -1).matmul(in[1]), gv};
  }

  private static Tensor dropout(Tensor x, AttentionOp.Attrs a) {
    return a.p() > 0 ? Dispatcher.call(DropoutOp.INSTANCE, a.dropout(), x) : x;
  }

  @Override
  public Stream<Sample<AttentionOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(AttentionOp.Attrs.of(0.5))
            .uniform(2, 1, 5, 4)
            .uniform(2, 1, 5, 3)
            .uniform(2, 1, 7, 3)
            .uniform(2, 1, 7, 4)
            .uniformIn(0, 0.3, 2, 1, 5, 7)
            .build(),
        s.sample(new AttentionOp.Attrs(0.5, true, 0.3, 7, 2))
            .uniform(1, 2, 3, 2)
            .uniform(1, 2, 3, 4)
            .uniform(1, 2, 3, 4)
            .uniform(1, 2, 3, 2)
            .uniformIn(0, 0.6, 1, 2, 3, 3)
            .build(),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(0, 1, 3, 2)
            .uniform(0, 1, 3, 4)
            .uniform(0, 1, 3, 4)
            .uniform(0, 1, 3, 2)
            .uniform(0, 1, 3, 3)
            .build());
  }
}
