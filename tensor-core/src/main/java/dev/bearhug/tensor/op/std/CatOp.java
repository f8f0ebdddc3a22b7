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
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/** Tensors joined along an axis; all other sizes agree. */
public final class CatOp extends Op<Integer> {

  /** The only instance. */
  public static final CatOp INSTANCE = new CatOp();

  private CatOp() {
    super(OpSpec.named("cat").inputs("parts").variadic());
  }

  @Override
  public void infer(Inference i, Integer axis) {
    Shape first = i.shape(0);
    i.requireAxis(axis, first);
    long size = 0;
    for (int p = 0; p < i.inputs(); p++) {
      int part = p;
      i.require(
          i.shape(p).rank() == first.rank() && i.shape(p).with(axis, 1).equals(first.with(axis, 1)),
          () ->
              "part "
                  + part
                  + " is "
                  + i.shape(part)
                  + ", which differs from "
                  + first
                  + " in more than axis "
                  + axis
                  + ".");
      i.require(
          i.dtype(p) == i.dtype(0),
          () ->
              "part "
                  + part
                  + " is "
                  + i.dtype(part)
                  + ", part 0 is "
                  + i.dtype(0)
                  + ". Convert one with to(...).");
      size = i.sum(size, i.shape(p).dim(axis));
    }
    i.output(first.with(axis, size), i.dtype(0));
  }

  @Override
  public Tensor[] vjp(Vjp v, Integer axis) {
    Tensor[] grads = new Tensor[v.inputs()];
    long start = 0;
    for (int p = 0; p < grads.length; p++) {
      long end = start + v.inputShape(p).dim(axis);
      grads[p] = v.needs(p) ? v.grad().slice(axis, start, end) : null;
      start = end;
    }
    return grads;
  }

  @Override
  public Stream<Sample<Integer>> samples(Sampler s) {
    return Stream.of(
        s.sample(1).uniform(2, 3).uniform(2, 1).uniform(2, 4).build(),
        s.sample(0).uniform(2, 3).uniform(0, 3).build());
  }

  @Override
  public List<ErrorSample<Integer>> errorSamples(Sampler s) {
    return List.of(
        s.sample(0)
            .uniform(2, 3)
            .uniform(2, 4)
            .fails(
                ShapeException.class,
                "cat: part 1 is [2, 4], which differs from [2, 3] in more than axis 0."));
  }
}
