package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * Group normalisation (Wu and He, 2018): the channels of x {@code [n, c, ...]} are cut into groups
 * of neighbours, each group of each example gets mean 0 and biased variance 1, then {@code y *
 * weight + bias} per channel with vectors {@code [c]} that may be absent.
 *
 * <p>As many groups as channels are instance normalisation (Ulyanov et al., 2016).
 */
public final class GroupNormOp extends Op<GroupNormOp.Attrs> {

  /** The only instance. */
  public static final GroupNormOp INSTANCE = new GroupNormOp();

  /**
   * Options.
   *
   * @param groups number of groups, divides the number of channels
   * @param eps added to the variance before the square root
   */
  public record Attrs(long groups, double eps) {

    /**
     * Checks the groups.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Attrs {
      if (groups < 1) {
        throw new IllegalArgumentException(
            "group_norm: groups is " + groups + " but at least one is needed.");
      }
    }
  }

  private GroupNormOp() {
    super(
        OpSpec.named("group_norm")
            .inputs("x")
            .optional("weight", "bias")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireNotNegative("eps", a.eps());
    i.requireRank("x", 2);
    Shape x = i.shape("x");
    i.require(
        x.dim(1) % a.groups() == 0,
        () -> a.groups() + " groups do not divide the " + x.dim(1) + " channels of x " + x + ".");
    for (String input : List.of("weight", "bias")) {
      if (i.has(input)) {
        i.requireShape(input, Shape.of(x.dim(1)), "there is one value per channel, axis 1 of x");
      }
    }
    i.output(x, i.dtype("x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    long groups = x.dim(0) * a.groups();
    Tensor rows = x.reshape(groups, x.numel() / Math.max(1, groups));
    Tensor y = BatchNormOp.normalise(rows, a.eps())[0].reshape(x.shape().dims());
    return new Tensor[] {BatchNormOp.affine(y, in[1], in[2]).to(in[0].dtype())};
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(3, 1e-5)).uniform(2, 6, 5).uniform(6).uniform(6).build(),
        s.sample(new Attrs(4, 1e-5)).uniform(2, 4, 3, 3).uniform(4).absent().build(),
        s.sample(new Attrs(1, 1e-5)).uniform(3, 4).absent().uniform(4).build(),
        s.sample(new Attrs(2, 1e-5)).uniform(0, 4, 2).absent().absent().build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(4, 1e-5))
            .uniform(2, 6, 5)
            .absent()
            .absent()
            .fails(
                ShapeException.class,
                "group_norm: 4 groups do not divide the 6 channels of x [2, 6, 5]."));
  }
}
