package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/** Whether any or all truth values hold over axes; of none, any is false and all is true. */
public final class TruthReductionOp extends Op<Axes> {

  /** Whether at least one holds. */
  public static final TruthReductionOp ANY = new TruthReductionOp("any", true);

  /** Whether every one holds. */
  public static final TruthReductionOp ALL = new TruthReductionOp("all", false);

  private final boolean decisive;

  private TruthReductionOp(String name, boolean decisive) {
    super(OpSpec.named(name).inputs("x").notDifferentiable("truth values have no gradient"));
    this.decisive = decisive;
  }

  /** The value that decides the result wherever it is met. */
  public boolean decisive() {
    return decisive;
  }

  @Override
  public void infer(Inference i, Axes a) {
    i.requireDType("x", DType.BOOL);
    i.output(a.result(i.shape(0)), DType.BOOL);
  }

  @Override
  public Stream<Sample<Axes>> samples(Sampler s) {
    return Stream.concat(
        ReductionSamples.of(s, a -> a, (b, shape) -> b.bools(shape)),
        Stream.of(s.sample(new Axes(List.of(1), false)).bools(3, 0).build()));
  }
}
