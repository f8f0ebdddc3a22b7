package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Classes as unit vectors: {@code I64[..]} gives {@code I64[.., classes]} with 1 at the class and 0
 * elsewhere. The attribute is the number of classes.
 */
public final class OneHotOp extends Op<Long> {

  /** The only instance. */
  public static final OneHotOp INSTANCE = new OneHotOp();

  private OneHotOp() {
    super(
        OpSpec.named("one_hot")
            .inputs("index")
            .notDifferentiable("indices are no continuous quantities"));
  }

  @Override
  public void infer(Inference i, Long classes) {
    i.requireDType("index", DType.I64);
    i.require(
        classes >= 0, () -> "the number of classes is " + classes + " but must not be negative.");
    i.output(i.shape(0).append(classes), DType.I64);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Long classes) {
    Tensor index = WrapIndexOp.apply(name(), in[0], classes, false);
    return new Tensor[] {
      index.unsqueeze(-1).eq(Tensor.arange(classes, index.device())).to(DType.I64)
    };
  }

  @Override
  public Stream<Sample<Long>> samples(Sampler s) {
    return Stream.of(
        s.sample(5L).indices(5, 2, 3).build(),
        s.sample(2L).indices(2).build(),
        s.sample(3L).indices(3, 0).build());
  }

  @Override
  public List<ErrorSample<Long>> errorSamples(Sampler s) {
    return List.of(
        s.sample(3L)
            .indicesOf(new long[] {0, 3}, 2)
            .fails(IndexException.class, "one_hot: index 3 at position (1) is outside [0, 3)."));
  }
}
