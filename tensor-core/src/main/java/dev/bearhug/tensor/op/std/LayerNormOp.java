package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Layer normalisation over the last axes (Ba et al., 2016): {@code y = (x - mean(x)) * rstd(x) *
 * weight + bias} with {@code rstd = 1 / sqrt(var(x) + eps)}, biased variance.
 *
 * <p>x {@code [..., n1, .., nk]}, weight and bias {@code [n1, .., nk]}, each may be absent; also
 * gives mean and rstd {@code [...]} in the type of x, at least single precision.
 */
public final class LayerNormOp extends Op<LayerNormOp.Attrs> {

  /** The only instance. */
  public static final LayerNormOp INSTANCE = new LayerNormOp();

  /**
   * Constants.
   *
   * @param eps added to the variance before the square root
   * @param axes number of last axes that are normalised together
   */
  public record Attrs(double eps, int axes) {

    /** Normalisation over the last axis. */
    public Attrs(double eps) {
      this(eps, 1);
    }

    /**
     * Checks the axes.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Attrs {
      if (axes < 1) {
        throw new IllegalArgumentException(
            "layer_norm: axes is " + axes + " but at least one axis must be normalised.");
      }
    }
  }

  private LayerNormOp() {
    super(
        OpSpec.named("layer_norm")
            .inputs("x")
            .optional("weight", "bias")
            .outputs("y", "mean", "rstd")
            .savesInputs("x", "weight", "bias")
            .savesOutputs("mean", "rstd")
            .casts(CastPolicy.F32_INTERNAL));
  }

  /** Type of the statistics of values of type {@code x}. */
  static DType statistics(DType x) {
    return x == DType.F64 ? DType.F64 : DType.F32;
  }

  /** Sizes of the last {@code axes} axes. */
  static Shape lastAxes(Shape x, int axes) {
    return Shape.of(Arrays.copyOfRange(x.dims(), x.rank() - axes, x.rank()));
  }

  /** Numbers of the last {@code axes} axes, negative. */
  static int[] axisNumbers(int axes) {
    return IntStream.rangeClosed(-axes, -1).toArray();
  }

  /** Statistics of rows with axes of size 1 for those that were normalised. */
  static Tensor besideRows(Tensor statistics, Shape x, int axes) {
    long[] dims = x.dims().clone();
    Arrays.fill(dims, dims.length - axes, dims.length, 1);
    return statistics.reshape(dims);
  }

  /** Rule of optional factors or shifts; they may stay single beside values of 16 bits. */
  static void checkScale(Inference i, String input, Shape row) {
    if (i.has(input)) {
      i.requireShape(
          input,
          row,
          "it must match the last " + (row.rank() == 1 ? "axis" : row.rank() + " axes") + " of x");
      i.requireDType(input, i.dtype("x"), statistics(i.dtype("x")));
    }
  }

  /** Rule of an input with one number per row, as the forward pass gave it. */
  static void checkStatistics(Inference i, String input, Shape x, DType type, int axes) {
    i.requireDType(input, type, statistics(type));
    i.requireShape(input, x.dropLast(axes), "there is one number per row of x");
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireNotNegative("eps", a.eps());
    i.requireRank("x", a.axes());
    Shape row = lastAxes(i.shape("x"), a.axes());
    checkScale(i, "weight", row);
    checkScale(i, "bias", row);
    if (i.has("weight") && i.has("bias")) {
      i.requireSameDType("weight", "bias");
    }
    DType statistics = statistics(i.dtype("x"));
    i.output(i.shape("x"), i.dtype("x"));
    i.output(i.shape("x").dropLast(a.axes()), statistics);
    i.output(i.shape("x").dropLast(a.axes()), statistics);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = statistics(in[0].dtype());
    int[] axes = axisNumbers(a.axes());
    Tensor x = in[0].to(inner);
    Tensor mean = x.mean(true, axes);
    Tensor centred = x.sub(mean);
    Tensor rstd = centred.square().mean(true, axes).add(a.eps()).rsqrt();
    Tensor y = centred.mul(rstd);
    if (in[1] != null) {
      y = y.mul(in[1].to(inner));
    }
    if (in[2] != null) {
      y = y.add(in[2].to(inner));
    }
    long[] rows = x.shape().dropLast(a.axes()).dims();
    return new Tensor[] {y.to(in[0].dtype()), mean.reshape(rows), rstd.reshape(rows)};
  }

  @Override
  public Tensor recompute(Vjp v, Attrs a) {
    return Dispatcher.call(INSTANCE, a, v.input("x"), v.input("weight"), v.input("bias"));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor[] g =
        Dispatcher.apply(
            LayerNormGradOp.INSTANCE,
            a.axes(),
            v.grad("y"),
            v.input("x"),
            v.output("mean"),
            v.output("rstd"),
            v.input("weight"));
    return Vjp.grads(
        g[0],
        v.needs("weight") ? g[1] : null,
        v.needs("bias") ? g[2].to(v.inputDType("bias")) : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Attrs two = new Attrs(1e-5, 2);
    return Stream.concat(
        Stream.of(
                new long[] {2, 3, 8}, new long[] {1, 7}, new long[] {4, 1, 67}, new long[] {0, 16})
            .map(
                shape ->
                    s.sample(new Attrs(1e-5))
                        .uniform(shape)
                        .uniformIn(0.5, 1.5, shape[shape.length - 1])
                        .uniform(shape[shape.length - 1])
                        .build()),
        Stream.of(
            s.sample(two).uniform(2, 3, 9).uniformIn(0.5, 1.5, 3, 9).uniform(3, 9).build(),
            s.sample(two).uniform(5, 4).uniformIn(0.5, 1.5, 5, 4).absent().build(),
            s.sample(two).uniform(3, 2, 9).absent().uniform(2, 9).build(),
            s.sample(new Attrs(1e-5)).uniform(3, 17).absent().absent().build()));
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(1e-5))
            .uniform(2, 8)
            .uniform(7)
            .uniform(8)
            .fails(
                ShapeException.class,
                "layer_norm: weight is [7] but must be [8]: it must match the last axis of x."),
        s.sample(new Attrs(1e-5, 2))
            .uniform(2, 8)
            .absent()
            .uniform(8)
            .fails(
                ShapeException.class,
                "layer_norm: bias is [8] but must be [2, 8]: it must match the last 2 axes of"
                    + " x."));
  }
}
