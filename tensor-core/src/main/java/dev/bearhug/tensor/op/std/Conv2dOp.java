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
 * Two-dimensional cross-correlation, called convolution in neural networks:
 *
 * <pre>  y[n, o, r, s] = bias[o] + sum over c, i, j of weight[o, c, i, j] *
 *      x[n, first + c, r * stride + i * dilation - before, s * stride + j * dilation - before]
 * </pre>
 *
 * with x {@code [n, channels, height, width]}, weight {@code [out, channels / groups, kh, kw]} and
 * bias {@code [out]}; output channel {@code o} reads the channels of its group. Elements outside of
 * x are zero. Convolution of one axis is the one with height 1.
 */
public final class Conv2dOp extends Op<Conv2dOp.Attrs> {

  /** The only instance. */
  public static final Conv2dOp INSTANCE = new Conv2dOp();

  /**
   * How the kernel moves along one axis.
   *
   * @param stride distance of neighbouring results, at least 1
   * @param before zeros before the first element
   * @param after zeros after the last element
   * @param dilation distance of the elements the kernel reads, at least 1
   */
  public record Axis(long stride, long before, long after, long dilation) {

    /** Step 1 without zeros: only results that read existing elements. */
    public static final Axis VALID = new Axis(1, 0, 0, 1);

    /** The same number of zeros on both sides. */
    public static Axis of(long stride, long padding, long dilation) {
      return new Axis(stride, padding, padding, dilation);
    }

    /** Stride 1 and as many results as elements; an odd zero comes last. */
    public static Axis same(long kernel, long dilation) {
      long zeros = dilation * (kernel - 1);
      return new Axis(1, zeros / 2, zeros - zeros / 2, dilation);
    }

    /** Elements from the first to the last one that a kernel reads, both included. */
    public long extent(long kernel) {
      return dilation * (kernel - 1) + 1;
    }

    /** Number of results for an axis. */
    public long outputs(long size, long kernel) {
      return Math.floorDiv(size + before + after - extent(kernel), stride) + 1;
    }

    /** Whether a kernel of one element reads the axis as it is. */
    public boolean isPlain(long kernel) {
      return kernel == 1 && stride == 1 && before == 0 && after == 0;
    }

    /** Whether all numbers are small enough for sums and products of two of them. */
    boolean isSmall() {
      return Math.max(Math.max(stride, dilation), Math.max(before, after)) <= Integer.MAX_VALUE;
    }

    boolean isValid() {
      return stride >= 1 && before >= 0 && after >= 0 && dilation >= 1;
    }
  }

  /**
   * How the kernel moves.
   *
   * @param rows along the height
   * @param columns along the width
   * @param groups number of groups into which input and output channels are divided
   */
  public record Attrs(Axis rows, Axis columns, long groups) {}

  private Conv2dOp() {
    super(OpSpec.named("conv2d").inputs("x", "weight").optional("bias").savesInputs("x", "weight"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireSameDType("x", "weight");
    Shape x = i.shape("x");
    Shape w = i.shape("weight");
    check(i, a, x, w);
    i.require(
        x.dim(1) == i.product(w.dim(1), a.groups()),
        () ->
            "x "
                + x
                + " has "
                + x.dim(1)
                + " channels but weight "
                + w
                + " with groups "
                + a.groups()
                + " reads "
                + w.dim(1) * a.groups()
                + ". x is [batch, channels, height, width], weight [out, channels / groups, kernel"
                + " height, kernel width].");
    if (i.has("bias")) {
      i.requireSameDType("x", "bias");
      i.requireShape("bias", Shape.of(w.dim(0)), "one value per output channel");
    }
    i.output(output(i, a, x, w), i.dtype("x"));
  }

  /** Requires four axes, steps that exist, and groups that divide the output channels. */
  static void check(Inference i, Attrs a, Shape x, Shape w) {
    i.require(
        x.rank() == 4 && w.rank() == 4,
        () -> x + " and " + w + " must have 4 axes each: channels first, then height and width.");
    i.require(
        a.rows().isValid() && a.columns().isValid(),
        () -> "stride and dilation must be at least 1, padding at least 0: " + a + ".");
    i.require(
        a.rows().isSmall()
            && a.columns().isSmall()
            && Math.max(x.dim(2), x.dim(3)) <= Long.MAX_VALUE / 4
            && Math.max(w.dim(2), w.dim(3)) <= Integer.MAX_VALUE,
        () ->
            "stride, dilation, padding and kernel must be below 2^31, sizes below 2^61: "
                + a
                + " for "
                + x
                + " and "
                + w
                + ".");
    i.require(
        a.groups() >= 1 && w.dim(0) % a.groups() == 0,
        () ->
            "groups is "
                + a.groups()
                + " but must divide the "
                + w.dim(0)
                + " output channels of weight "
                + w
                + ".");
    i.require(
        w.dim(2) >= 1 && w.dim(3) >= 1,
        () -> "weight " + w + " has an empty kernel (height and width must be at least 1).");
  }

  /** Shape of the result. */
  static Shape output(Inference i, Attrs a, Shape x, Shape w) {
    long height = a.rows().outputs(x.dim(2), w.dim(2));
    long width = a.columns().outputs(x.dim(3), w.dim(3));
    i.require(
        height >= 1 && width >= 1,
        () ->
            "the kernel of "
                + w
                + " with "
                + a
                + " is larger than the padded input of "
                + x
                + ". Pad more, or use a smaller kernel or dilation.");
    return Shape.of(x.dim(0), w.dim(0), height, width);
  }

  /** By columns: the windows of x as the columns of a matrix, times the kernels as its rows. */
  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    Tensor w = in[1];
    if (x.dtype().bytes() == 2) {
      return single(this, a, in);
    }
    long height = a.rows().outputs(x.dim(2), w.dim(2));
    long width = a.columns().outputs(x.dim(3), w.dim(3));
    Tensor y =
        w.reshape(a.groups(), w.dim(0) / a.groups(), w.dim(1) * w.dim(2) * w.dim(3))
            .matmul(columns(x, w.dim(2), w.dim(3), a))
            .reshape(x.dim(0), w.dim(0), height, width);
    return new Tensor[] {in[2] == null ? y : y.add(in[2].reshape(w.dim(0), 1, 1))};
  }

  /** Sums in single precision, rounded once. */
  static <A> Tensor[] single(Op<A> op, A attrs, Tensor[] in) {
    Tensor[] wide = in.clone();
    for (int k = 0; k < in.length; k++) {
      wide[k] = in[k] == null ? null : in[k].to(DType.F32);
    }
    return new Tensor[] {Dispatcher.call(op, attrs, wide).to(in[0].dtype())};
  }

  /** The windows of x: {@code [n, groups, channels / groups * kh * kw, results]}. */
  static Tensor columns(Tensor x, long kernelHeight, long kernelWidth, Attrs a) {
    long height = a.rows().outputs(x.dim(2), kernelHeight);
    long width = a.columns().outputs(x.dim(3), kernelWidth);
    PadOp.Attrs zeros =
        new PadOp.Attrs(
            List.of(0L, 0L, a.rows().before(), a.columns().before()),
            List.of(0L, 0L, a.rows().after(), a.columns().after()),
            PadOp.Mode.CONSTANT,
            0);
    Tensor padded = Dispatcher.call(PadOp.INSTANCE, zeros, x);
    Tensor windows =
        windows(
            padded,
            a.rows().extent(kernelHeight),
            a.rows().stride(),
            a.rows().dilation(),
            a.columns().extent(kernelWidth),
            a.columns().stride(),
            a.columns().dilation());
    return windows
        .permute(0, 1, 4, 5, 2, 3)
        .reshape(
            x.dim(0),
            a.groups(),
            x.dim(1) / a.groups() * kernelHeight * kernelWidth,
            height * width);
  }

  /** Windows of the last two of four axes as a view: {@code [n, c, rows, columns, kh, kw]}. */
  static Tensor windows(
      Tensor x,
      long rowExtent,
      long rowStride,
      long rowDilation,
      long columnExtent,
      long columnStride,
      long columnDilation) {
    return x.unfold(2, rowExtent, rowStride)
        .unfold(3, columnExtent, columnStride)
        .slice(4, 0, rowExtent, rowDilation)
        .slice(5, 0, columnExtent, columnDilation);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor g = v.grad();
    Shape x = v.inputShape("x");
    Shape w = v.inputShape("weight");
    return Vjp.grads(
        v.needs("x")
            ? Dispatcher.call(
                Conv2dGradInputOp.INSTANCE,
                new Conv2dGradInputOp.Attrs(x.dim(2), x.dim(3), a),
                g,
                v.input("weight"))
            : null,
        v.needs("weight")
            ? Dispatcher.call(
                Conv2dGradWeightOp.INSTANCE,
                new Conv2dGradWeightOp.Attrs(w.dim(2), w.dim(3), a),
                v.input("x"),
                g)
            : null,
        v.inputShape("bias") != null && v.needs("bias") ? g.sum(false, 0, 2, 3) : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(new Axis(1, 1, 1, 1), new Axis(2, 0, 0, 1), 1))
            .uniform(2, 3, 6, 7)
            .uniform(4, 3, 3, 2)
            .uniform(4)
            .build(),
        s.sample(new Attrs(Axis.VALID, new Axis(2, 2, 2, 1), 2))
            .uniform(1, 4, 1, 13)
            .uniform(6, 2, 1, 5)
            .uniform(6)
            .build(),
        s.sample(new Attrs(Axis.same(2, 3), Axis.same(4, 1), 2))
            .uniform(2, 2, 5, 4)
            .uniform(2, 1, 2, 4)
            .absent()
            .build(),
        s.sample(new Attrs(Axis.VALID, Axis.VALID, 1))
            .uniform(2, 3, 4, 5)
            .uniform(2, 3, 1, 1)
            .absent()
            .build(),
        s.sample(new Attrs(new Axis(3, 0, 4, 1), new Axis(1, 0, 0, 2), 1))
            .uniform(3, 1, 4, 5)
            .uniform(2, 1, 2, 3)
            .uniform(2)
            .build(),
        s.sample(new Attrs(Axis.VALID, Axis.VALID, 1))
            .uniform(0, 3, 4, 5)
            .uniform(2, 3, 2, 2)
            .uniform(2)
            .build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(Axis.VALID, Axis.VALID, 2))
            .uniform(1, 3, 4, 4)
            .uniform(4, 3, 2, 2)
            .absent()
            .fails(
                ShapeException.class,
                "conv2d: x [1, 3, 4, 4] has 3 channels but weight [4, 3, 2, 2] with groups 2 reads"
                    + " 6. x is [batch, channels, height, width], weight [out, channels / groups,"
                    + " kernel height, kernel width]."),
        s.sample(new Attrs(Axis.VALID, Axis.VALID, 3))
            .uniform(1, 3, 4, 4)
            .uniform(4, 1, 2, 2)
            .absent()
            .fails(
                ShapeException.class,
                "conv2d: groups is 3 but must divide the 4 output channels of weight [4, 1, 2, 2]."),
        s.sample(new Attrs(Axis.VALID, Axis.of(0, 0, 1), 1))
            .uniform(1, 3, 4, 4)
            .uniform(4, 3, 2, 2)
            .absent()
            .fails(
                ShapeException.class,
                "conv2d: stride and dilation must be at least 1, padding at least 0:"
                    + " Attrs[rows=Axis[stride=1, before=0, after=0, dilation=1],"
                    + " columns=Axis[stride=0, before=0, after=0, dilation=1], groups=1]."),
        s.sample(new Attrs(Axis.VALID, Axis.VALID, 1))
            .uniform(1, 3, 4, 4)
            .uniform(4, 3, 6, 2)
            .absent()
            .fails(
                ShapeException.class,
                "conv2d: the kernel of [4, 3, 6, 2] with Attrs[rows=Axis[stride=1, before=0,"
                    + " after=0, dilation=1], columns=Axis[stride=1, before=0, after=0,"
                    + " dilation=1], groups=1] is larger than the padded input of [1, 3, 4, 4]. Pad"
                    + " more, or use a smaller kernel or dilation."));
  }
}
