package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Elements shifted along axes; what leaves at one end enters at the other: {@code y[(i + shift) mod
 * n] = x[i]}.
 */
public final class RollOp extends Op<RollOp.Attrs> {

  /** The only instance. */
  public static final RollOp INSTANCE = new RollOp();

  /**
   * The shifts.
   *
   * @param shifts distance per axis, of any sign and size
   * @param axes non-negative axes, one per shift; an axis may be named again. Empty: the elements
   *     in row-major order are shifted by the only shift
   */
  public record Attrs(List<Long> shifts, List<Integer> axes) {}

  private RollOp() {
    super(OpSpec.named("roll").inputs("x"));
  }

  /** Runs the op; negative axes count from the last one, no axes mean all elements in a row. */
  public static Tensor apply(Tensor x, long[] shifts, int... axes) {
    return Dispatcher.call(
        INSTANCE,
        new Attrs(
            Arrays.stream(shifts).boxed().toList(),
            Arrays.stream(axes).map(x.shape()::axis).boxed().toList()),
        x);
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.require(
        a.shifts().size() == (a.axes().isEmpty() ? 1 : a.axes().size()),
        () -> "shifts " + a.shifts() + " and axes " + a.axes() + " must be of the same number.");
    a.axes().forEach(axis -> i.requireAxis(axis, i.shape(0)));
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    if (a.axes().isEmpty()) {
      return new Tensor[] {shift(x.reshape(-1), 0, a.shifts().get(0)).reshape(x.shape().dims())};
    }
    for (int k = 0; k < a.axes().size(); k++) {
      x = shift(x, a.axes().get(k), a.shifts().get(k));
    }
    return new Tensor[] {x};
  }

  private static Tensor shift(Tensor x, int axis, long shift) {
    long n = x.dim(axis);
    long by = n == 0 ? 0 : Math.floorMod(shift, n);
    return by == 0 ? x : Tensor.cat(axis, x.slice(axis, n - by, n), x.slice(axis, 0, n - by));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(List.of(2L), List.of(1))).uniform(3, 5).build(),
        s.sample(new Attrs(List.of(-1L, 7L), List.of(0, 2))).uniform(3, 2, 5).build(),
        s.sample(new Attrs(List.of(4L), List.of())).uniform(3, 5).build(),
        s.sample(new Attrs(List.of(0L), List.of(0))).uniform(3).build(),
        s.sample(new Attrs(List.of(1L), List.of(1))).uniform(3, 0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(List.of(1L, 2L), List.of(0)))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "roll: shifts [1, 2] and axes [0] must be of the same number."));
  }
}
