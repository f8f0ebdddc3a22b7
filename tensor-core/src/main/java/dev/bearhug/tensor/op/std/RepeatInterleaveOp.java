package dev.bearhug.tensor.op.std;

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
import java.util.stream.Stream;

/** Every element of an axis repeated in place: {@code a, a, b, b, c, c}. */
public final class RepeatInterleaveOp extends Op<RepeatInterleaveOp.Attrs> {

  /** The only instance. */
  public static final RepeatInterleaveOp INSTANCE = new RepeatInterleaveOp();

  /**
   * What to repeat.
   *
   * @param repeats how often each element appears
   * @param axis non-negative axis
   */
  public record Attrs(long repeats, int axis) {}

  private RepeatInterleaveOp() {
    super(OpSpec.named("repeat_interleave").inputs("x"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.require(a.repeats() >= 0, () -> "repeats is " + a.repeats() + " but must not be negative.");
    Shape x = i.shape(0);
    i.requireAxis(a.axis(), x);
    i.output(x.with(a.axis(), i.product(x.dim(a.axis()), a.repeats())), i.dtype(0));
  }

  /** A view with a further axis, then one copy. */
  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor wider = x.unsqueeze(a.axis() + 1);
    return new Tensor[] {
      wider
          .expand(wider.shape().with(a.axis() + 1, a.repeats()).dims())
          .reshape(x.shape().with(a.axis(), x.dim(a.axis()) * a.repeats()).dims())
    };
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(3, 1)).uniform(2, 4, 3).build(),
        s.sample(new Attrs(2, 0)).uniform(5).build(),
        s.sample(new Attrs(0, 0)).uniform(5, 2).build(),
        s.sample(new Attrs(2, 1)).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(-1, 0))
            .uniform(2)
            .fails(
                ShapeException.class,
                "repeat_interleave: repeats is -1 but must not be negative."));
  }
}
