package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.stream.Stream;

/** An element-wise comparison of two broadcast inputs of one type, giving truth values. */
public final class CompareOp extends Op<NoAttrs> {

  /** Decides on the sign of {@code a - b}; not-a-number compares as unordered. */
  @FunctionalInterface
  public interface Test {

    /** Whether the comparison holds. */
    boolean holds(double a, double b);
  }

  private final Test test;

  CompareOp(String name, Test test) {
    super(OpSpec.named(name).inputs("a", "b").notDifferentiable("truth values have no gradient"));
    this.test = test;
  }

  /** The comparison on two values. */
  public Test test() {
    return test;
  }

  @Override
  public void infer(Inference i, NoAttrs a) {
    i.requireSameDType("a", "b");
    i.output(Shape.broadcast(name(), i.shape(0), i.shape(1)), DType.BOOL);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().constant(-1, 1, 4, 5).constant(-1, 1, 4, 5).build(),
        s.sample().integers(DType.I64, 3, 4, 5).integers(DType.I64, 3, 5).build(),
        s.sample().constant(-1, 1, 0, 2).constant(-1, 1, 2).build());
  }
}
