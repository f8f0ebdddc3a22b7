package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/**
 * Gradient of {@link PackedAttentionOp}, by the formulas of {@link AttentionGradOp} in each
 * sequence.
 */
public final class PackedAttentionGradOp extends Op<AttentionOp.Attrs> {

  /** The only instance. */
  public static final PackedAttentionGradOp INSTANCE = new PackedAttentionGradOp();

  private PackedAttentionGradOp() {
    super(
        OpSpec.named("attention_packed_grad")
            .inputs("gy", "q", "k", "v", "y", "max", "sum", "offsets")
            .optional("keyOffsets")
            .outputs("gq", "gk", "gv")
            .notDifferentiable("second derivatives of packed attention are not provided"));
  }

  @Override
  public void infer(Inference i, AttentionOp.Attrs a) {
    PackedAttentionOp.checkInputs(i);
    Shape q = i.shape("q");
    AttentionGradOp.checkResults(i, q.with(-1, i.shape("v").dim(-1)), Shape.of(q.dim(1), q.dim(0)));
  }

  @Override
  public Stream<Sample<AttentionOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new AttentionOp.Attrs(0.5, true, 3, 0.3, 7, 2))
            .uniform(9, 2, 3)
            .uniform(9, 2, 4)
            .uniform(9, 1, 4)
            .uniform(9, 1, 3)
            .uniform(9, 2, 3)
            .uniformIn(2, 3, 2, 9)
            .uniformIn(1, 2, 2, 9)
            .fixed(DType.I32, 0, 3, 3, 9)
            .absent()
            .build(),
        s.sample(AttentionOp.Attrs.of(0.5))
            .uniform(4, 2, 2)
            .uniform(4, 2, 2)
            .uniform(8, 2, 2)
            .uniform(8, 2, 2)
            .uniform(4, 2, 2)
            .uniformIn(2, 3, 2, 4)
            .uniformIn(1, 2, 2, 4)
            .fixed(DType.I32, 0, 3, 4)
            .fixed(DType.I32, 0, 1, 8)
            .build(),
        s.sample(AttentionOp.Attrs.of(0.5))
            .uniform(0, 2, 2)
            .uniform(0, 2, 2)
            .uniform(0, 2, 2)
            .uniform(0, 2, 2)
            .uniform(0, 2, 2)
            .uniform(2, 0)
            .uniform(2, 0)
            .fixed(DType.I32, 0)
            .absent()
            .build());
  }
}
