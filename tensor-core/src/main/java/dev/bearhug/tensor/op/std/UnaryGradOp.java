package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * Gradient of a {@link UnaryOp}: {@code gx = gy * derivative(saved)}. Its definition by ordinary
 * ops gives the second derivative.
 */
public final class UnaryGradOp extends Op<NoAttrs> {

  private final DoubleUnaryOperator derivative;
  private final BinaryOperator<Tensor> gradient;
  private final DoubleUnaryOperator domain;

  UnaryGradOp(
      String name,
      DoubleUnaryOperator derivative,
      BinaryOperator<Tensor> gradient,
      DoubleUnaryOperator domain) {
    super(OpSpec.named(name).inputs("gy", "saved").outputs("gx"));
    this.derivative = derivative;
    this.gradient = gradient;
    this.domain = domain;
  }

  /** The derivative as a function of what the op saved. */
  public DoubleUnaryOperator derivative() {
    return derivative;
  }

  @Override
  public void infer(Inference i, NoAttrs a) {
    i.requireFloating("gy");
    i.requireSameDType("gy", "saved");
    i.requireShape("saved", i.shape("gy"), "a gradient has the shape of its value");
    i.output(i.shape(0), i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, NoAttrs none) {
    return new Tensor[] {gradient.apply(in[0], in[1])};
  }

  @Override
  public Stream<Sample<NoAttrs>> samples(Sampler s) {
    double[] saved = new double[35];
    for (int i = 0; i < saved.length; i++) {
      saved[i] = domain.applyAsDouble((i + 0.5) / saved.length);
    }
    return Stream.of(
        s.sample().uniform(5, 7).values(saved, 5, 7).build(),
        s.sample().uniform(0, 7).uniform(0, 7).build());
  }
}
