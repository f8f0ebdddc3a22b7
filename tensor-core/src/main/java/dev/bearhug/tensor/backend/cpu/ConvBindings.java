package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.Conv2dGradInputOp;
import dev.bearhug.tensor.op.std.Conv2dGradWeightOp;
import dev.bearhug.tensor.op.std.Conv2dOp;

/**
 * Convolutions as matrix products over {@link ConvColumns}. The columns of as many images as fit a
 * bounded buffer are made at once; a large image is cut into rows of results. A kernel of one
 * element reads x without columns.
 */
final class ConvBindings {

  /** Most floats of columns at a time, 4 MiB: larger buffers fall out of the caches. */
  private static final long BUFFER = 1 << 20;

  private final CpuResources cpu;

  private ConvBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ConvBindings b = new ConvBindings(cpu);
    table.add("conv2d", b::conv, DType.F32);
    table.add("conv2d_grad_input", b::gradInput, DType.F32);
    table.add("conv2d_grad_weight", b::gradWeight, DType.F32);
  }

  /** Sizes of one convolution; x, w and y are those of the forward direction. */
  private record Sizes(
      ConvColumns columns,
      long images,
      long channels,
      long outputs,
      long groups,
      long resultHeight,
      boolean plain) {

    static Sizes of(Shape x, Shape w, Shape y, Conv2dOp.Attrs a) {
      return new Sizes(
          new ConvColumns(x.dim(2), x.dim(3), w.dim(2), w.dim(3), y.dim(3), a),
          x.dim(0),
          w.dim(1),
          w.dim(0) / a.groups(),
          a.groups(),
          y.dim(2),
          a.rows().isPlain(w.dim(2)) && a.columns().isPlain(w.dim(3)));
    }

    /** Rows of the matrix of columns. */
    long depth() {
      return channels * columns.kernel();
    }

    long results() {
      return resultHeight * columns.resultWidth();
    }

    long planes() {
      return columns.height() * columns.width();
    }

    /** Rows of results whose columns fit the buffer. */
    long rowsAtATime() {
      return Math.max(
          1, Math.min(resultHeight, BUFFER / Math.max(1, depth() * columns.resultWidth())));
    }

    /** Images whose columns fit the buffer. */
    long imagesAtATime() {
      return plain
          ? images
          : Math.max(1, Math.min(images, BUFFER / Math.max(1, depth() * results())));
    }
  }

  /** Part of the work whose columns fit the buffer. */
  private record Part(long image, long count, long group, long fromRow, long toRow) {}

  /** Handles one part. */
  @FunctionalInterface
  private interface PartTask {
    void run(Part part);
  }

  private static void forEachPart(Sizes s, PartTask task) {
    long images = s.imagesAtATime();
    long rows = s.plain() ? s.resultHeight() : s.rowsAtATime();
    for (long image = 0; image < s.images(); image += images) {
      for (long group = 0; group < s.groups(); group++) {
        for (long row = 0; row < s.resultHeight(); row += rows) {
          task.run(
              new Part(
                  image,
                  Math.min(images, s.images() - image),
                  group,
                  row,
                  Math.min(s.resultHeight(), row + rows)));
        }
      }
    }
  }

  private static Scratch buffer(Sizes s) {
    return new Scratch(
        s.plain()
            ? 4
            : 4 * s.imagesAtATime() * s.depth() * s.rowsAtATime() * s.columns().resultWidth());
  }

  /** Address of the first channel that a part reads or writes in x. */
  private static long channelsOf(Sizes s, Part p, long image, long x) {
    return x + 4 * (image * s.groups() + p.group()) * s.channels() * s.planes();
  }

  /** Address of the first result of a part in y. */
  private static long resultsOf(Sizes s, Part p, long image, long y) {
    return y
        + 4
            * ((image * s.groups() + p.group()) * s.outputs() * s.results()
                + p.fromRow() * s.columns().resultWidth());
  }

  private static long weightsOf(Sizes s, Part p, long w) {
    return w + 4 * p.group() * s.outputs() * s.depth();
  }

  private static long length(Sizes s, Part p) {
    return (p.toRow() - p.fromRow()) * s.columns().resultWidth();
  }

  /** Writes the columns of all images of a part, one matrix after the other. */
  private void fill(Sizes s, Part p, long x, long buffer) {
    long length = length(s, p);
    long kernel = s.columns().kernel();
    cpu.rows(
        p.count() * s.depth(),
        length,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long image = p.image() + row / s.depth();
            long channel = row % s.depth() / kernel;
            s.columns()
                .read(
                    channelsOf(s, p, image, x) + 4 * channel * s.planes(),
                    row % kernel,
                    p.fromRow(),
                    p.toRow(),
                    buffer + 4 * row * length);
          }
        });
  }

  /** How the columns of a part lie in memory: in the buffer, or in x itself. */
  private static GemmOperand columnMatrix(Sizes s, Part p) {
    return s.plain()
        ? new GemmOperand(DType.F32, 0, s.groups() * s.channels() * s.planes(), s.planes(), 1)
        : new GemmOperand(DType.F32, 0, s.depth() * length(s, p), length(s, p), 1);
  }

  private static GemmOperand resultMatrix(Sizes s) {
    return new GemmOperand(DType.F32, 0, s.groups() * s.outputs() * s.results(), s.results(), 1);
  }

  private static GemmOperand transposed(GemmOperand m) {
    return new GemmOperand(
        m.type(), m.batchStride1(), m.batchStride2(), m.colStride(), m.rowStride());
  }

  private void conv(KernelCall c) {
    Sizes s =
        Sizes.of(c.in(0).shape(), c.in(1).shape(), c.out(0).shape(), c.<Conv2dOp.Attrs>attrs());
    long x = c.in(0).address();
    long y = c.out(0).address();
    boolean biased = c.in(2) != null;
    if (c.out(0).numel() == 0) {
      return;
    }
    if (biased) {
      fillBias(s, c.in(2).address(), y);
    }
    try (Scratch buffer = buffer(s)) {
      forEachPart(
          s,
          p -> {
            if (!s.plain()) {
              fill(s, p, x, buffer.address());
            }
            GemmShape product =
                new GemmShape(
                    1,
                    p.count(),
                    s.outputs(),
                    length(s, p),
                    s.depth(),
                    GemmOperand.rows(s.depth()),
                    columnMatrix(s, p),
                    resultMatrix(s),
                    null,
                    1f,
                    biased);
            cpu.gemm()
                .matmul(
                    product,
                    weightsOf(s, p, c.in(1).address()),
                    s.plain() ? channelsOf(s, p, p.image(), x) : buffer.address(),
                    0,
                    resultsOf(s, p, p.image(), y));
          });
    }
  }

  private void fillBias(Sizes s, long bias, long y) {
    long outputs = s.groups() * s.outputs();
    MapKernels map = cpu.kernels().map();
    cpu.rows(
        s.images() * outputs,
        s.results(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            map.fill(getFloat(bias + 4 * (row % outputs)), y + 4 * row * s.results(), s.results());
          }
        });
  }

  private void gradInput(KernelCall c) {
    Conv2dGradInputOp.Attrs a = c.attrs();
    Sizes s = Sizes.of(c.out(0).shape(), c.in(1).shape(), c.in(0).shape(), a.conv());
    long gx = c.out(0).address();
    if (c.out(0).numel() == 0) {
      return;
    }
    if (!s.plain() || c.in(0).numel() == 0) {
      cpu.elements(
          4 * c.out(0).numel(), (from, to) -> NativeMemory.fill(gx + from, to - from, (byte) 0));
    }
    try (Scratch buffer = buffer(s)) {
      forEachPart(
          s,
          p -> {
            GemmShape product =
                new GemmShape(
                    1,
                    p.count(),
                    s.depth(),
                    length(s, p),
                    s.outputs(),
                    GemmOperand.columns(s.depth()),
                    resultMatrix(s),
                    columnMatrix(s, p),
                    null,
                    1f,
                    false);
            cpu.gemm()
                .matmul(
                    product,
                    weightsOf(s, p, c.in(1).address()),
                    resultsOf(s, p, p.image(), c.in(0).address()),
                    0,
                    s.plain() ? channelsOf(s, p, p.image(), gx) : buffer.address());
            if (!s.plain()) {
              addBack(s, p, gx, buffer.address());
            }
          });
    }
  }

  /** Each channel is summed by one thread, in the order of the elements of the kernel. */
  private void addBack(Sizes s, Part p, long gx, long buffer) {
    long length = length(s, p);
    long kernel = s.columns().kernel();
    MapKernels map = cpu.kernels().map();
    cpu.rows(
        p.count() * s.channels(),
        kernel * length,
        (from, to) -> {
          for (long unit = from; unit < to; unit++) {
            long image = p.image() + unit / s.channels();
            long channel = channelsOf(s, p, image, gx) + 4 * (unit % s.channels()) * s.planes();
            for (long element = 0; element < kernel; element++) {
              long row = buffer + 4 * (unit * kernel + element) * length;
              s.columns().add(map, channel, element, p.fromRow(), p.toRow(), row);
            }
          }
        });
  }

  private void gradWeight(KernelCall c) {
    Conv2dGradWeightOp.Attrs a = c.attrs();
    Sizes s = Sizes.of(c.in(0).shape(), c.out(0).shape(), c.in(1).shape(), a.conv());
    long x = c.in(0).address();
    long gw = c.out(0).address();
    NativeMemory.fill(gw, 4 * c.out(0).numel(), (byte) 0);
    if (c.in(0).numel() == 0 || c.in(1).numel() == 0) {
      return;
    }
    try (Scratch buffer = buffer(s)) {
      forEachPart(
          s,
          p -> {
            if (!s.plain()) {
              fill(s, p, x, buffer.address());
            }
            GemmShape product =
                new GemmShape(
                    1,
                    1,
                    s.outputs(),
                    s.depth(),
                    length(s, p),
                    resultMatrix(s).withBatchStrides(0, 0),
                    transposed(columnMatrix(s, p)).withBatchStrides(0, 0),
                    GemmOperand.rows(s.depth()),
                    null,
                    1f,
                    true);
            for (long i = 0; i < p.count(); i++) {
              cpu.gemm()
                  .matmul(
                      product,
                      resultsOf(s, p, p.image() + i, c.in(1).address()),
                      s.plain()
                          ? channelsOf(s, p, p.image() + i, x)
                          : buffer.address() + 4 * i * s.depth() * length(s, p),
                      0,
                      weightsOf(s, p, gw));
            }
          });
    }
  }
}
