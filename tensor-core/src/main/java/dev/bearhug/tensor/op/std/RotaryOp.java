package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rotary position embedding (Su et al., <a href="https://arxiv.org/abs/2104.09864">RoFormer</a>,
 * 2021): pairs of features turn by an angle that grows with the position, {@code angle = position *
 * frequency[i]}, {@code (a, b) -> factor * (a cos - b sin, b cos + a sin)}.
 *
 * <p>x {@code [b, h, s, d]} with positions {@code [s]} or {@code [b, s]}, or packed x {@code [rows,
 * h, d]} with positions {@code [rows]}; positions are {@code I32} or {@code I64}. The first {@code
 * size} features turn, the others stay. Pair i is features i and {@code i + size / 2} (LLaMA,
 * GPT-NeoX) or, interleaved, {@code 2 i} and {@code 2 i + 1} (GPT-J). Frequencies {@code [size /
 * 2]} are {@code theta ^ (-2 i / size)} unless given, as for stretched contexts.
 */
public final class RotaryOp extends Op<RotaryOp.Attrs> {

  /** The only instance. */
  public static final RotaryOp INSTANCE = new RotaryOp();

  /**
   * Options.
   *
   * @param size number of features that turn, even
   * @param interleaved whether the features of a pair are neighbours
   * @param theta base of the frequencies; not used if they are given
   * @param factor factor on the features that turn, usually 1
   * @param back whether to turn back, by the negative angle
   */
  public record Attrs(int size, boolean interleaved, double theta, double factor, boolean back) {

    /**
     * Checks size and base.
     *
     * @throws IllegalArgumentException if the size is odd or negative or the base not positive
     */
    public Attrs {
      if (size < 0 || size % 2 != 0 || !(theta > 0)) {
        throw new IllegalArgumentException(
            "rotary: the number of features is "
                + size
                + " and theta "
                + theta
                + " but the one must be even and the other positive.");
      }
    }

    /** Without a factor, forward. */
    public Attrs(int size, boolean interleaved, double theta) {
      this(size, interleaved, theta, 1, false);
    }

    /** The frequency of pair {@code i}. */
    public double frequency(int i) {
      return Math.pow(theta, -2.0 * i / size);
    }

    /** The rotation that undoes this one, up to the square of the factor. */
    Attrs reversed() {
      return new Attrs(size, interleaved, theta, factor, !back);
    }
  }

  private RotaryOp() {
    super(
        OpSpec.named("rotary")
            .inputs("x", "positions")
            .optional("frequencies")
            .savesInputs("positions", "frequencies"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireDType("positions", DType.I32, DType.I64);
    Shape x = i.shape("x");
    Shape p = i.shape("positions");
    boolean packed = x.rank() == 3 && p.rank() == 1 && p.dim(0) == x.dim(0);
    boolean batch =
        x.rank() == 4
            && (p.rank() == 1 || p.rank() == 2 && p.dim(0) == x.dim(0))
            && p.dim(-1) == x.dim(2);
    i.require(
        packed || batch,
        () ->
            "x is "
                + x
                + " and positions "
                + p
                + " but they must be [b, h, s, d] and [s] or [b, s], or [rows, h, d] and [rows].");
    i.require(
        a.size() <= x.dim(-1),
        () -> a.size() + " features of x " + x + " are to turn, which has only " + x.dim(-1) + ".");
    if (i.has("frequencies")) {
      i.requireFloating("frequencies");
      i.requireShape("frequencies", Shape.of(a.size() / 2), "there is one for each pair");
    }
    i.output(x, i.dtype("x"));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor x = in[0].to(inner);
    if (a.size() == 0) {
      return new Tensor[] {x.mul(1).to(in[0].dtype())};
    }
    int half = a.size() / 2;
    Tensor angles = in[1].to(inner).unsqueeze(-1).mul(frequencies(in[2], a, x)); // [.., s, half]
    Tensor wide = angles.unsqueeze(in[1].rank() == 2 || x.rank() == 3 ? 1 : 0);
    Tensor cos = wide.cos().mul(a.factor());
    Tensor sin = wide.sin().mul(a.back() ? -a.factor() : a.factor());
    Tensor turning = x.slice(-1, 0, a.size());
    Tensor y;
    if (a.interleaved()) {
      Tensor pairs = turning.reshape(pairs(x, half));
      Tensor first = pairs.select(-1, 0);
      Tensor second = pairs.select(-1, 1);
      y =
          Tensor.stack(x.rank(), turn(first, second, cos, sin), turn(second, first, cos, sin.neg()))
              .reshape(x.shape().with(-1, a.size()).dims());
    } else {
      Tensor first = turning.slice(-1, 0, half);
      Tensor second = turning.slice(-1, half, a.size());
      y = Tensor.cat(-1, turn(first, second, cos, sin), turn(second, first, cos, sin.neg()));
    }
    Tensor rest = x.slice(-1, a.size(), x.dim(-1));
    return new Tensor[] {Tensor.cat(-1, y, rest).to(in[0].dtype())};
  }

  private static Tensor turn(Tensor a, Tensor b, Tensor cos, Tensor sin) {
    return a.mul(cos).sub(b.mul(sin));
  }

  private static long[] pairs(Tensor x, int half) {
    long[] dims = new long[x.rank() + 1];
    for (int i = 0; i < x.rank(); i++) {
      dims[i] = x.dim(i);
    }
    dims[x.rank() - 1] = half;
    dims[x.rank()] = 2;
    return dims;
  }

  private static Tensor frequencies(Tensor given, Attrs a, Tensor x) {
    if (given != null) {
      return given.to(x.dtype());
    }
    double[] values = new double[a.size() / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = a.frequency(i);
    }
    return Tensor.of(values, values.length).to(x.device()).to(x.dtype());
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor frequencies = v.inputShape("frequencies") == null ? null : v.input("frequencies");
    Tensor gx =
        Dispatcher.call(INSTANCE, a.reversed(), v.grad(), v.input("positions"), frequencies);
    return Vjp.grads(gx, null, null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(8, false, 10000))
            .uniform(2, 3, 5, 8)
            .integers(DType.I64, 30, 2, 5)
            .absent()
            .build(),
        s.sample(new Attrs(8, true, 500))
            .uniform(2, 3, 5, 8)
            .integers(DType.I32, 30, 5)
            .absent()
            .build(),
        s.sample(new Attrs(4, false, 10000, 1.5, true))
            .uniform(4, 2, 10)
            .integers(DType.I64, 30, 4)
            .absent()
            .build(),
        s.sample(new Attrs(36, true, 10000, 0.5, false))
            .uniform(1, 2, 3, 40)
            .integers(DType.I64, 9, 3)
            .constant(0.1, 1, 18)
            .build(),
        s.sample(new Attrs(70, false, 10000))
            .uniform(3, 2, 70)
            .integers(DType.I64, 9, 3)
            .constant(0.1, 1, 35)
            .build(),
        s.sample(new Attrs(0, false, 10000))
            .uniform(3, 2, 4)
            .integers(DType.I64, 9, 3)
            .absent()
            .build(),
        s.sample(new Attrs(4, false, 10000))
            .uniform(0, 2, 4)
            .integers(DType.I64, 9, 0)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(8, false, 10000))
            .uniform(2, 3, 5, 8)
            .integers(DType.I64, 9, 3)
            .absent()
            .fails(
                ShapeException.class,
                "rotary: x is [2, 3, 5, 8] and positions [3] but they must be [b, h, s, d] and [s]"
                    + " or [b, s], or [rows, h, d] and [rows]."),
        s.sample(new Attrs(8, false, 10000))
            .uniform(5, 2, 6)
            .integers(DType.I64, 9, 5)
            .absent()
            .fails(
                ShapeException.class,
                "rotary: 8 features of x [5, 2, 6] are to turn, which has only 6."));
  }
}
