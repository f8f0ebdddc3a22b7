package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.ViewOp;
import dev.bearhug.tensor.op.Vjp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Axes of size 1 and new leading axes repeated without a copy. The engine sums the gradient back.
 */
public final class ExpandOp extends ViewOp<Shape> {

  /** The only instance. */
  public static final ExpandOp INSTANCE = new ExpandOp();

  private ExpandOp() {
    super(OpSpec.named("expand").inputs("x").casts(CastPolicy.KEEP));
  }

  /** Replaces sizes of -1 by those of the source, aligned at the last axis. */
  public static Shape resolve(Shape source, long[] target) {
    long[] d = target.clone();
    for (int i = 0; i < d.length; i++) {
      int axis = i - d.length + source.rank();
      if (d[i] == -1) {
        if (axis < 0) {
          throw new ShapeException(
              "expand",
              "a size of -1 needs an axis to keep, new leading axes have none: "
                  + source
                  + " to "
                  + Arrays.toString(target)
                  + ".");
        }
        d[i] = source.dim(axis);
      }
    }
    return Shape.of(d);
  }

  @Override
  public Layout view(Layout input, Shape target) {
    return input.expand(target);
  }

  @Override
  public Tensor[] vjp(Vjp v, Shape target) {
    return Vjp.grads(v.grad());
  }

  @Override
  public Stream<Sample<Shape>> samples(Sampler s) {
    return Stream.of(
        s.sample(Shape.of(4, 2, 3)).uniform(2, 1).build(),
        s.sample(Shape.of(2, 0)).uniform(2, 1).build(),
        s.sample(Shape.of(3, 0, 2)).uniform(0, 1).build());
  }

  @Override
  public List<ErrorSample<Shape>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Shape.of(4, 3))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "expand: [2, 3] does not expand to [4, 3]: axis 0 is 2, only axes of size 1 can grow."),
        s.sample(Shape.of(3))
            .uniform(2, 3)
            .fails(ShapeException.class, "expand: [2, 3] has more axes than [3]."));
  }
}
