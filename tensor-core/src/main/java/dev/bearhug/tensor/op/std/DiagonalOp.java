package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.ViewOp;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/** A diagonal of two axes as a view; they are replaced by one last axis. */
public final class DiagonalOp extends ViewOp<DiagonalOp.Attrs> {

  /** The only instance. */
  public static final DiagonalOp INSTANCE = new DiagonalOp();

  /**
   * Which diagonal.
   *
   * @param diagonal 0 the main one, positive above, negative below it
   * @param axis1 non-negative axis of the rows
   * @param axis2 non-negative axis of the columns
   */
  public record Attrs(long diagonal, int axis1, int axis2) {}

  private DiagonalOp() {
    super(OpSpec.named("diagonal").inputs("x"));
  }

  @Override
  public Layout view(Layout input, Attrs a) {
    return input.diagonal(a.diagonal(), a.axis1(), a.axis2());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(
        Dispatcher.call(
            DiagonalGradOp.INSTANCE, new DiagonalGradOp.Attrs(v.inputShape("x"), a), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(0, 0, 1)).uniform(4, 4).build(),
        s.sample(new Attrs(1, 0, 2)).uniform(3, 2, 5).build(),
        s.sample(new Attrs(-2, 2, 1)).uniform(2, 3, 5).build(),
        s.sample(new Attrs(7, 0, 1)).uniform(3, 4).build(),
        s.sample(new Attrs(0, 0, 1)).uniform(0, 4).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(0, 1, 1))
            .uniform(2, 3)
            .fails(ShapeException.class, "diagonal: axes 1 and 1 of [2, 3] are the same axis."));
  }
}
