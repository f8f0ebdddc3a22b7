package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gradient of {@link CrossEntropyOp}: {@code glogits = gloss / k * (e^(logits - lse) - (1 - s)
 * onehot(target) - s / c)}, k the number of counted rows for the mean, of all rows for the mean of
 * the batch and 1 else; zero in ignored rows.
 */
public final class CrossEntropyGradOp extends Op<CrossEntropyOp.Attrs> {

  /** The only instance. */
  public static final CrossEntropyGradOp INSTANCE = new CrossEntropyGradOp();

  private CrossEntropyGradOp() {
    super(
        OpSpec.named("cross_entropy_grad")
            .inputs("gloss", "logits", "target", "lse")
            .outputs("glogits")
            .key("logits"));
  }

  @Override
  public void infer(Inference i, CrossEntropyOp.Attrs a) {
    CrossEntropyOp.checkInputs(i);
    i.requireShape(
        "gloss", a.reduction().shape(i.shape("target")), "a gradient has the shape of its value");
    i.requireShape("lse", i.shape("target"), "there is one value per row of logits");
    i.requireDType("lse", LayerNormOp.statistics(i.dtype("logits")), i.dtype("logits"));
    i.requireSameDType("gloss", "lse");
    i.output(i.shape("logits"), i.dtype("logits"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, CrossEntropyOp.Attrs a) {
    DType inner = LayerNormOp.statistics(in[1].dtype());
    Tensor gloss = in[0].to(inner);
    Tensor x = in[1].to(inner);
    Tensor target = in[2];
    long classes = x.dim(1);
    CrossEntropyOp.checkTargets("cross_entropy", target, classes, a.ignoreIndex());
    Tensor ignored = CrossEntropyOp.ignored(target, a);
    Tensor hit = target.unsqueeze(1).eq(Tensor.arange(classes, target.device())).to(inner);
    Tensor g =
        x.sub(in[3].to(inner).unsqueeze(1))
            .exp()
            .sub(hit.affine(1 - a.labelSmoothing(), a.labelSmoothing() / classes));
    Tensor factor =
        a.reduction() == Reduction.NONE
            ? gloss.unsqueeze(1)
            : CrossEntropyOp.share(gloss, ignored, a.reduction());
    Tensor result = g.mul(factor).maskedFill(ignored.unsqueeze(1), 0);
    return new Tensor[] {result.to(in[1].dtype())};
  }

  @Override
  public Stream<Sample<CrossEntropyOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(CrossEntropyOp.Attrs.MEAN)
            .uniformIn(0.5, 2)
            .uniform(4, 7)
            .indices(7, 4)
            .uniformIn(1.5, 3, 4)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0.1, Reduction.SUM))
            .uniformIn(0.5, 2)
            .uniform(5, 33)
            .indicesOf(new long[] {2, -100, 0, -100, 1}, 5)
            .uniformIn(3, 4, 5)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(2, 0.1, Reduction.NONE))
            .uniform(5)
            .uniform(5, 3)
            .indices(3, 5)
            .uniformIn(1.5, 3, 5)
            .build(),
        s.sample(new CrossEntropyOp.Attrs(-100, 0, Reduction.SUM))
            .uniform()
            .uniform(0, 3)
            .indices(3, 0)
            .uniform(0)
            .build());
  }

  @Override
  public List<ErrorSample<CrossEntropyOp.Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(CrossEntropyOp.Attrs.MEAN)
            .uniform()
            .uniform(2, 3)
            .indices(3, 2)
            .uniform(3)
            .fails(
                ShapeException.class,
                "cross_entropy_grad: lse is [3] but must be [2]: there is one value per row of logits."));
  }
}
