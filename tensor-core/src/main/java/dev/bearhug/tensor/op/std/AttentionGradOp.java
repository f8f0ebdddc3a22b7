package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Gradient of {@link AttentionOp}. With {@code p = exp(scores - max) / sum}, {@code gp = dropout(gy
 * · vᵀ)} and {@code gs = scale * p * (gp - gy · y)}: {@code gq = gs · k}, {@code gk = gsᵀ · q},
 * {@code gv = dropout(p)ᵀ · gy}. The product with y stands for {@code sum(gp * p)}.
 */
public final class AttentionGradOp extends Op<AttentionOp.Attrs> {

  /** The only instance. */
  public static final AttentionGradOp INSTANCE = new AttentionGradOp();

  private AttentionGradOp() {
    super(
        OpSpec.named("attention_grad")
            .inputs("gy", "q", "k", "v", "y", "max", "sum")
            .optional("mask")
            .outputs("gq", "gk", "gv"));
  }

  @Override
  public void infer(Inference i, AttentionOp.Attrs a) {
    Shape scores = AttentionOp.checkInputs(i);
    checkResults(i, scores.with(-1, i.shape("v").dim(-1)), scores.dropLast(1));
  }

  /** Checks what the forward pass gave and its gradient, and states the outputs. */
  static void checkResults(Inference i, Shape y, Shape numbers) {
    i.requireSameDType("gy", "q");
    i.requireSameDType("y", "q");
    i.requireFloating("max");
    i.requireSameDType("sum", "max");
    i.requireShape("y", y, "it is the result of the forward pass");
    i.requireShape("gy", y, "a gradient has the shape of its value");
    i.requireShape("max", numbers, "there is one number per query and head");
    i.requireShape("sum", numbers, "there is one number per query and head");
    i.output(i.shape("q"), i.dtype("q"));
    i.output(i.shape("k"), i.dtype("k"));
    i.output(i.shape("v"), i.dtype("v"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, AttentionOp.Attrs a) {
    return PlainAttention.backward(in, a);
  }

  @Override
  public Stream<Sample<AttentionOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        sample(s, AttentionOp.Attrs.of(0.5), 2, 1, 5, 7).absent().build(),
        sample(s, new AttentionOp.Attrs(0.5, true, 0.3, 7, 2), 1, 2, 3, 3).absent().build(),
        sample(s, new AttentionOp.Attrs(0.5, false, 2, 0.3, 7, 2), 2, 1, 3, 5)
            .uniform(3, 5)
            .build(),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(0, 1, 3, 2)
            .uniform(0, 1, 3, 4)
            .uniform(0, 1, 3, 4)
            .uniform(0, 1, 3, 2)
            .uniform(0, 1, 3, 2)
            .uniform(0, 1, 3)
            .uniform(0, 1, 3)
            .absent()
            .build());
  }

  /** A sample with sizes {@code [b, 2 * keyHeads, s]} and {@code [b, keyHeads, t]}. */
  private static Sampler.Builder<AttentionOp.Attrs> sample(
      Sampler s, AttentionOp.Attrs a, long b, long keyHeads, long queries, long keys) {
    long heads = 2 * keyHeads;
    return s.sample(a)
        .uniform(b, heads, queries, 3)
        .uniform(b, heads, queries, 4)
        .uniform(b, keyHeads, keys, 4)
        .uniform(b, keyHeads, keys, 3)
        .uniform(b, heads, queries, 3)
        .uniformIn(2, 3, b, heads, queries)
        .uniformIn(1, 2, b, heads, queries);
  }
}
