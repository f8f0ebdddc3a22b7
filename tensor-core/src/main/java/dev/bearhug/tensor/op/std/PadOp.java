package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Elements added before and after axes; negative numbers take some away. Only constants are added
 * in mode {@link Mode#CONSTANT}; the other modes repeat elements of the same axis.
 */
public final class PadOp extends Op<PadOp.Attrs> {

  /** The only instance. */
  public static final PadOp INSTANCE = new PadOp();

  /** What the new elements are. */
  public enum Mode {
    /** One value. */
    CONSTANT,
    /** The elements mirrored at the border, which itself is not repeated. */
    REFLECT,
    /** The element at the border. */
    REPLICATE,
    /** The elements from the other end. */
    CIRCULAR
  }

  /**
   * What to add.
   *
   * @param before per axis of the tensor, elements before the first one
   * @param after per axis of the tensor, elements after the last one
   * @param mode what the new elements are
   * @param value the constant; of no effect in the other modes
   */
  public record Attrs(List<Long> before, List<Long> after, Mode mode, double value) {

    /**
     * From pairs in PyTorch's order: before and after the last axis, then the last but one, and so
     * on.
     */
    public static Attrs ofLast(int rank, long[] pairs, Mode mode, double value) {
      if (pairs.length % 2 != 0 || pairs.length > 2 * rank) {
        throw new ShapeException(
            "pad",
            "padding "
                + Arrays.toString(pairs)
                + " does not fit "
                + rank
                + " axes (a pair per axis, from the last one on).");
      }
      Long[] before = new Long[rank];
      Long[] after = new Long[rank];
      for (int axis = 0; axis < rank; axis++) {
        int pair = 2 * (rank - 1 - axis);
        before[axis] = pair < pairs.length ? pairs[pair] : 0;
        after[axis] = pair < pairs.length ? pairs[pair + 1] : 0;
      }
      return new Attrs(List.of(before), List.of(after), mode, value);
    }
  }

  private PadOp() {
    super(OpSpec.named("pad").inputs("x"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    Shape x = i.shape(0);
    i.require(
        a.before().size() == x.rank() && a.after().size() == x.rank(),
        () -> "x " + x + " needs one pair of numbers per axis.");
    long[] d = x.dims();
    for (int axis = 0; axis < d.length; axis++) {
      int at = axis;
      long before = a.before().get(axis);
      long after = a.after().get(axis);
      long size = d[axis];
      i.require(
          fits(a.mode(), size, before, after) && size + before + after >= 0,
          () ->
              "padding ("
                  + before
                  + ", "
                  + after
                  + ") does not fit axis "
                  + at
                  + " of "
                  + x
                  + " ("
                  + rule(a.mode())
                  + ").");
      d[axis] += before + after;
    }
    i.output(Shape.of(d), i.dtype(0));
  }

  private static boolean fits(Mode mode, long size, long before, long after) {
    if (before == 0 && after == 0) {
      return true;
    }
    long most = Math.max(before, after);
    // Each term is bounded first: their sum could wrap around.
    if (before > Long.MAX_VALUE / 4 || after > Long.MAX_VALUE / 4 || size > Long.MAX_VALUE / 4) {
      return false;
    }
    return switch (mode) {
      case CONSTANT -> before >= -size && after >= -size;
      case REFLECT -> most < size && before >= -size && after >= -size;
      case REPLICATE -> size > 0 && before >= -size && after >= -size;
      case CIRCULAR -> most <= size && before >= -size && after >= -size;
    };
  }

  private static String rule(Mode mode) {
    return switch (mode) {
      case CONSTANT -> "no more may be taken away than there is, and sizes stay below 2^61";
      case REFLECT -> "reflect takes less than the size of the axis";
      case REPLICATE -> "replicate needs an element to repeat";
      case CIRCULAR -> "circular takes at most the size of the axis";
    };
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    Tensor x = in[0];
    for (int axis = 0; axis < x.rank(); axis++) {
      long before = a.before().get(axis);
      long after = a.after().get(axis);
      if (before != 0 || after != 0) {
        x =
            a.mode() == Mode.CONSTANT
                ? constant(x, axis, before, after, a.value())
                : copied(x, axis, before, after, a.mode());
      }
    }
    return new Tensor[] {x};
  }

  private static Tensor constant(Tensor x, int axis, long before, long after, double value) {
    long size = x.dim(axis);
    long from = Math.max(0, -before);
    long to = Math.max(from, size - Math.max(0, -after));
    long added = before + after + size - (to - from);
    long first = Math.min(Math.max(0, before), added);
    List<Tensor> parts = new ArrayList<>();
    if (first > 0) {
      parts.add(filler(x, axis, first, value));
    }
    // Also where nothing is left of it: the gradient of x is then zero instead of none.
    parts.add(x.slice(axis, from, to));
    if (added > first) {
      parts.add(filler(x, axis, added - first, value));
    }
    return parts.size() == 1 ? parts.get(0) : Tensor.cat(axis, parts.toArray(new Tensor[0]));
  }

  private static Tensor filler(Tensor x, int axis, long size, double value) {
    return Tensor.full(x.shape().with(axis, size), value, x.dtype(), x.device());
  }

  private static Tensor copied(Tensor x, int axis, long before, long after, Mode mode) {
    long size = x.dim(axis);
    long[] index = new long[Math.toIntExact(before + size + after)];
    for (int i = 0; i < index.length; i++) {
      long at = i - before;
      index[i] =
          switch (mode) {
            case REFLECT -> at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
            case REPLICATE -> Math.max(0, Math.min(size - 1, at));
            default -> Math.floorMod(at, size);
          };
    }
    return x.indexSelect(axis, Tensor.of(index).to(x.device()));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(attrs(Mode.CONSTANT, 0.5, 3, 0, 1, 2)).uniform(3, 4).build(),
        s.sample(attrs(Mode.CONSTANT, 0, 0, 0, -1, 2, -1, -1)).uniform(2, 3, 4).build(),
        s.sample(attrs(Mode.CONSTANT, 2, -5, 7)).uniform(5).build(),
        s.sample(attrs(Mode.REFLECT, 0, 0, 0, 3, 2)).uniform(2, 4).build(),
        s.sample(attrs(Mode.REFLECT, 0, 1, 2, -1, 1)).uniform(3, 4).build(),
        s.sample(attrs(Mode.REPLICATE, 0, 0, 0, 5, 1)).uniform(2, 3).build(),
        s.sample(attrs(Mode.CIRCULAR, 0, 1, 0, 3, 2)).uniform(2, 3).build(),
        s.sample(attrs(Mode.CONSTANT, 1, 1, 0, 0, 2)).uniform(0, 2).build());
  }

  /** Pairs from the first axis on. */
  private static Attrs attrs(Mode mode, double value, long... pairs) {
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      before.add(pairs[i]);
      after.add(pairs[i + 1]);
    }
    return new Attrs(before, after, mode, value);
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(attrs(Mode.REFLECT, 0, 3, 0))
            .uniform(3)
            .fails(
                ShapeException.class,
                "pad: padding (3, 0) does not fit axis 0 of [3] (reflect takes less than the size of"
                    + " the axis)."),
        s.sample(attrs(Mode.CIRCULAR, 0, 0, 0, 1, 4))
            .uniform(2, 3)
            .fails(
                ShapeException.class,
                "pad: padding (1, 4) does not fit axis 1 of [2, 3] (circular takes at most the size"
                    + " of the axis)."),
        s.sample(attrs(Mode.REPLICATE, 0, 1, 0))
            .uniform(0)
            .fails(
                ShapeException.class,
                "pad: padding (1, 0) does not fit axis 0 of [0] (replicate needs an element to"
                    + " repeat)."),
        s.sample(attrs(Mode.CONSTANT, 0, -4, 0))
            .uniform(3)
            .fails(
                ShapeException.class,
                "pad: padding (-4, 0) does not fit axis 0 of [3] (no more may be taken away than"
                    + " there is, and sizes stay below 2^61)."));
  }
}
