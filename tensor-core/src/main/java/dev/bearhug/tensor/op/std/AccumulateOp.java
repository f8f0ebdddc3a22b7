package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** In place: {@code target += alpha * source}; the target is row-major. The attribute is alpha. */
public final class AccumulateOp extends Op<Double> {

  /** The only instance. */
  public static final AccumulateOp INSTANCE = new AccumulateOp();

  private AccumulateOp() {
    super(
        OpSpec.named("accumulate")
            .inputs("target", "source")
            .noOutputs()
            .mutates("target")
            .notDifferentiable("it changes its target in place"));
  }

  @Override
  public void infer(Inference i, Double alpha) {
    i.requireFloating("target");
    i.requireSameDType("target", "source");
    i.requireShape("source", i.shape("target"), "both sides have one shape");
    i.requireRowMajor("target");
  }

  @Override
  public Stream<Sample<Double>> samples(Sampler s) {
    return Stream.of(
        s.sample(-0.5).constant(-1, 1, 3, 67).constant(-1, 1, 3, 67).build(),
        s.sample(2.0).constant(-1, 1, 0, 3).constant(-1, 1, 0, 3).build());
  }

  @Override
  public List<ErrorSample<Double>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1.0)
            .uniform(2, 3)
            .uniform(3)
            .fails(
                ShapeException.class,
                "accumulate: source is [3] but must be [2, 3]: both sides have one shape."));
  }
}
