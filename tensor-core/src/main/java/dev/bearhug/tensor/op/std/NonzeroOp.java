package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Coordinates of the elements that are not zero, in row-major order: {@code I64[count, rank]}. The
 * attribute is their number, which {@link #apply} counts first: the shape of a result must not
 * depend on values.
 */
public final class NonzeroOp extends Op<Long> {

  /** The only instance. */
  public static final NonzeroOp INSTANCE = new NonzeroOp();

  private NonzeroOp() {
    super(
        OpSpec.named("nonzero")
            .inputs("x")
            .outputs("coordinates")
            .notDifferentiable("positions do not change continuously"));
  }

  /** Counts, then runs the op. */
  public static Tensor apply(Tensor x) {
    try (Scope scope = Scope.nested("nonzero")) {
      Tensor set = x.dtype() == DType.BOOL ? x : x.ne(Tensor.scalar(0, x.dtype(), x.device()));
      long count = (long) set.to(DType.I64).sum().item();
      return scope.keep(Dispatcher.call(INSTANCE, count, x));
    }
  }

  @Override
  public void infer(Inference i, Long count) {
    i.require(
        count >= 0 && count <= i.shape(0).numel(),
        () -> "x " + i.shape(0) + " cannot have " + count + " elements that are not zero.");
    i.output(Shape.of(count, i.shape(0).rank()), DType.I64);
  }

  /** The error of a call with a wrong count; for kernels, which learn it while writing. */
  public static ShapeException miscounted(Shape x, long found, long count) {
    return new ShapeException(
        INSTANCE.name(),
        "x " + x + " has " + found + " elements that are not zero, the call says " + count + ".");
  }

  @Override
  public Stream<Sample<Long>> samples(Sampler s) {
    return Stream.of(
        s.sample(4L).constants(new double[] {0, 1, -2, 0.5, 3, 0}, 2, 3).build(),
        s.sample(2L).constants(new double[] {0, 4, 0, 4}, 2, 1, 2).build(),
        s.sample(0L).constants(new double[] {0, 0}, 2).build(),
        s.sample(0L).bools(0, 3).build());
  }

  @Override
  public List<ErrorSample<Long>> errorSamples(Sampler s) {
    return List.of(
        s.sample(1L)
            .constants(new double[] {0, 1, 2}, 3)
            .fails(
                ShapeException.class,
                "nonzero: x [3] has 2 elements that are not zero, the call says 1."),
        s.sample(7L)
            .bools(2, 3)
            .fails(
                ShapeException.class,
                "nonzero: x [2, 3] cannot have 7 elements that are not zero."));
  }
}
