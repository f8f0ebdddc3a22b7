package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** A logical function of two broadcast tensors of truth values. */
public final class LogicalOp extends Op<NoAttrs> {

  /** A function of two truth values. */
  @FunctionalInterface
  public interface Function {

    /** The result for one pair. */
    boolean of(boolean a, boolean b);
  }

  private final Function function;

  LogicalOp(String name, Function function) {
    super(OpSpec.named(name).inputs("a", "b").notDifferentiable("truth values have no gradient"));
    this.function = function;
  }

  /** The function on one pair. */
  public Function function() {
    return function;
  }

  /** Runs the op; other types than truth values are true where not zero. */
  public Tensor apply(Tensor a, Tensor b) {
    return Dispatcher.call(this, NoAttrs.NONE, a.to(DType.BOOL), b.to(DType.BOOL));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireDType("a", DType.BOOL);
    i.requireDType("b", DType.BOOL);
    i.output(Shape.broadcast(name(), i.shape(0), i.shape(1)), DType.BOOL);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().bools(4, 5).bools(4, 5).build(),
        s.sample().bools(2, 3, 1).bools(3, 33).build(),
        s.sample().bools(5).bools().build(),
        s.sample().bools(0, 2).bools(2).build());
  }

  @Override
  public List<ErrorSample<NoAttrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample()
            .bools(3)
            .integers(DType.I64, 2, 3)
            .fails(
                DTypeException.class,
                name() + ": b is I64 but must be one of [BOOL]. Convert it with to(...)."));
  }
}
