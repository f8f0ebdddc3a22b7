package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.stream.Stream;

/** Elements of {@code a} where a condition holds, else of {@code b}; all broadcast. */
public final class WhereOp extends Op<NoAttrs> {

  /** The only instance. */
  public static final WhereOp INSTANCE = new WhereOp();

  private WhereOp() {
    super(OpSpec.named("where").inputs("condition", "a", "b").savesInputs("condition").key("a"));
  }

  /** Runs the op after promoting both sides to one type. */
  public static Tensor apply(Tensor condition, Tensor a, Tensor b) {
    DType t = DType.promote(a.dtype(), b.dtype());
    return Dispatcher.call(INSTANCE, NoAttrs.NONE, condition, a.to(t), b.to(t));
  }

  @Override
  public void infer(Inference i, NoAttrs none) {
    i.requireDType("condition", DType.BOOL);
    i.requireSameDType("a", "b");
    Shape values = Shape.broadcast(name(), i.shape(1), i.shape(2));
    i.output(Shape.broadcast(name(), i.shape(0), values), i.dtype(1));
  }

  @Override
  public Tensor[] vjp(Vjp v, NoAttrs none) {
    Tensor zero = Tensor.scalar(0, v.grad().dtype(), v.grad().device());
    Tensor condition = v.input("condition");
    return Vjp.grads(
        null,
        v.needs("a") ? apply(condition, v.grad(), zero) : null,
        v.needs("b") ? apply(condition, zero, v.grad()) : null);
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    return Stream.of(
        s.sample().bools(3, 4).uniform(3, 4).uniform(3, 4).build(),
        s.sample().bools(2, 1, 4).uniform(3, 4).uniform().build(),
        s.sample().bools(0, 4).uniform(1, 4).uniform(0, 4).build());
  }
}
