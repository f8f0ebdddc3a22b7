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

/** The elements in row-major order under another shape. */
public final class ReshapeOp extends ViewOp<Shape> {

  /** The only instance. */
  public static final ReshapeOp INSTANCE = new ReshapeOp();

  private ReshapeOp() {
    super(OpSpec.named("reshape").inputs("x").casts(CastPolicy.KEEP));
  }

  /** Replaces a size of -1 by what is left. */
  public static Shape resolve(Shape source, long[] target) {
    int free = -1;
    long known = 1;
    for (int i = 0; i < target.length; i++) {
      if (target[i] == -1) {
        if (free >= 0) {
          throw new ShapeException(
              "reshape", "only one size may be -1: " + Arrays.toString(target) + ".");
        }
        free = i;
      } else {
        known *= target[i];
      }
    }
    if (free < 0) {
      return Shape.of(target);
    }
    if (known <= 0 || source.numel() % known != 0) {
      throw new ShapeException(
          "reshape",
          source
              + " has "
              + source.numel()
              + " elements, which do not divide into "
              + Arrays.toString(target)
              + ".");
    }
    long[] d = target.clone();
    d[free] = source.numel() / known;
    return Shape.of(d);
  }

  @Override
  public Layout view(Layout input, Shape target) {
    Layout l = input.reshape(target);
    if (l == null) {
      throw new ShapeException(
          "reshape",
          input + " cannot be seen as " + target + " without a copy. Use" + " contiguous() first.");
    }
    return l;
  }

  @Override
  public Tensor[] vjp(Vjp v, Shape target) {
    return Vjp.grads(v.grad().reshape(v.inputShape("x").dims()));
  }

  @Override
  public Stream<Sample<Shape>> samples(Sampler s) {
    return Stream.of(
        s.sample(Shape.of(6, 2)).uniform(3, 4).build(),
        s.sample(Shape.of(1, 5, 1)).uniform(5).build(),
        s.sample(Shape.of(0, 3)).uniform(3, 0).build());
  }

  @Override
  public List<ErrorSample<Shape>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Shape.of(4, 2))
            .uniform(2, 3)
            .fails(ShapeException.class, "reshape: [2, 3] has 6 elements, [4, 2] has 8."));
  }
}
