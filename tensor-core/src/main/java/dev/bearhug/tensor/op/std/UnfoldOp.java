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

/**
 * Windows of an axis as a view: the axis counts the windows, a new last axis runs inside of them;
 * {@code y[.., w, .., j] = x[.., w * step + j, ..]}.
 */
public final class UnfoldOp extends ViewOp<UnfoldOp.Attrs> {

  /** The only instance. */
  public static final UnfoldOp INSTANCE = new UnfoldOp();

  /**
   * The windows.
   *
   * @param axis non-negative axis
   * @param size elements of a window
   * @param step distance of neighbouring windows, at least 1
   */
  public record Attrs(int axis, long size, long step) {}

  private UnfoldOp() {
    super(OpSpec.named("unfold").inputs("x"));
  }

  @Override
  public Layout view(Layout input, Attrs a) {
    return input.unfold(a.axis(), a.size(), a.step());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    return Vjp.grads(
        Dispatcher.call(
            UnfoldGradOp.INSTANCE, new UnfoldGradOp.Attrs(v.inputShape("x"), a), v.grad()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(1, 3, 2)).uniform(2, 9, 2).build(),
        s.sample(new Attrs(0, 2, 1)).uniform(5).build(),
        s.sample(new Attrs(1, 4, 5)).uniform(3, 15).build(),
        s.sample(new Attrs(1, 2, 1)).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1, 4, 1))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "unfold: windows of 4 every 1 elements do not fit axis 1 of [2, 3] (need 0 <= size"
                    + " <= 3 and step >= 1)."));
  }
}
