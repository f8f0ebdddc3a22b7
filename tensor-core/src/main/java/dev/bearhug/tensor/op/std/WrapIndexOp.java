package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * Checked indices of an axis: negative ones count from its end and become non-negative, others are
 * unchanged, and any outside of the axis is an error that names its position.
 */
public final class WrapIndexOp extends Op<WrapIndexOp.Attrs> {

  /** The only instance. */
  public static final WrapIndexOp INSTANCE = new WrapIndexOp();

  /**
   * The axis.
   *
   * @param user name of the op in errors
   * @param size its size
   * @param negative whether indices may count from the end
   */
  public record Attrs(String user, long size, boolean negative) {}

  private WrapIndexOp() {
    super(
        OpSpec.named("wrap_index")
            .inputs("index")
            .notDifferentiable("indices are no continuous quantities"));
  }

  /** The checked indices; {@code I32} ones are converted. */
  public static Tensor apply(String user, Tensor index, long size, boolean negative) {
    return Dispatcher.call(
        INSTANCE,
        new Attrs(user, size, negative),
        index.dtype() == DType.I32 ? index.to(DType.I64) : index);
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireDType("index", DType.I64);
    i.output(i.shape(0), DType.I64);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs("gather", 5, true))
            .indicesOf(new long[] {0, -1, 4, -5, 2, 3}, 2, 3)
            .build(),
        s.sample(new Attrs("one_hot", 5, false)).indices(5, 2, 3).build(),
        s.sample(new Attrs("gather", 3, true)).indices(3, 0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs("index", 5, true))
            .indicesOf(new long[] {0, -5, -6, 1}, 2, 2)
            .fails(IndexException.class, "index: index -6 at position (1, 0) is outside [-5, 5)."),
        s.sample(new Attrs("one_hot", 5, false))
            .indicesOf(new long[] {-1, 2}, 2)
            .fails(IndexException.class, "one_hot: index -1 at position (0) is outside [0, 5)."));
  }
}
