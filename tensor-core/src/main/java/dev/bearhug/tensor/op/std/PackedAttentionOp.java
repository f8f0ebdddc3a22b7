package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
import java.util.List;
import java.util.stream.Stream;

/**
 * {@link AttentionOp} over sequences of different lengths that lie one behind the other, without
 * padding: queries see the keys of their own sequence alone.
 *
 * <p>q {@code [rows, h, d]}, k {@code [keyRows, g, d]}, v {@code [keyRows, g, dv]}; y {@code [rows,
 * h, dv]}. Offsets {@code [sequences + 1]}, {@code I32} or {@code I64}, are the running sums of the
 * lengths: sequence n is rows {@code offsets[n]} to {@code offsets[n + 1] - 1}. With keyOffsets the
 * keys have lengths of their own (cross attention); without, those of the queries. Lengths may be
 * zero; a query without keys gives zero. The by-products max and sum {@code [h, rows]}, causality,
 * window and grouped queries are those of {@link AttentionOp}.
 *
 * <p>Dropout numbers are those of {@link DropoutOp} on row-major weights {@code [rows, h, 2^26]}:
 * the weight of packed query i in head n for key j of its sequence has number {@code (i * h + n) *
 * 2^26 + j}. So they do not depend on threads, blocks or the sequences that follow.
 */
public final class PackedAttentionOp extends Op<AttentionOp.Attrs> {

  static final String NAME = "attention_packed";

  /** The only instance. */
  public static final PackedAttentionOp INSTANCE = new PackedAttentionOp();

  /** Numbers of dropout for one query and head. */
  private static final long ROW_NUMBERS = 1L << 26;

  private PackedAttentionOp() {
    super(
        OpSpec.named(NAME)
            .inputs("q", "k", "v", "offsets")
            .optional("keyOffsets")
            .outputs("y", "max", "sum")
            .savesInputs("q", "k", "v", "offsets", "keyOffsets")
            .savesOutputs("y", "max", "sum")
            .casts(CastPolicy.LOW, "q", "k", "v"));
  }

  /**
   * The number, for dropout, of a query's weight for the first key of its sequence.
   *
   * @param row packed row of the query
   * @param heads number of query heads
   * @param head the head
   */
  public static long firstNumber(long row, long heads, long head) {
    return (row * heads + head) * ROW_NUMBERS;
  }

  @Override
  public void infer(Inference i, AttentionOp.Attrs a) {
    checkInputs(i);
    Shape q = i.shape("q");
    Shape numbers = Shape.of(q.dim(1), q.dim(0));
    i.output(q.with(-1, i.shape("v").dim(-1)), i.dtype("q"));
    i.output(numbers, LayerNormOp.statistics(i.dtype("q")));
    i.output(numbers, LayerNormOp.statistics(i.dtype("q")));
  }

  /** Checks q, k, v and the shapes of the offsets. */
  static void checkInputs(Inference i) {
    i.requireFloating("q");
    i.requireSameDType("q", "k");
    i.requireSameDType("q", "v");
    i.requireDType("offsets", DType.I32, DType.I64);
    Shape q = i.shape("q");
    Shape k = i.shape("k");
    Shape v = i.shape("v");
    i.require(
        q.rank() == 3
            && k.rank() == 3
            && v.rank() == 3
            && k.dim(2) == q.dim(2)
            && v.dropLast(1).equals(k.dropLast(1)),
        () ->
            "q is "
                + q
                + ", k "
                + k
                + ", v "
                + v
                + " but they must be [rows, h, d], [keyRows, g, d] and [keyRows, g, dv]. Split the"
                + " heads of [rows, h * d] with reshape.");
    AttentionOp.checkGroups(i, q.dim(1), k.dim(1));
    Shape offsets = i.shape("offsets");
    i.require(
        offsets.rank() == 1 && offsets.dim(0) > 0,
        () -> "offsets are " + offsets + " but must be [sequences + 1].");
    if (i.has("keyOffsets")) {
      i.requireDType("keyOffsets", DType.I32, DType.I64);
      i.requireShape("keyOffsets", offsets, "every sequence has queries and keys");
    }
  }

  @Override
  public Tensor[] vjp(Vjp v, AttentionOp.Attrs a) {
    Tensor[] g =
        Dispatcher.apply(
            PackedAttentionGradOp.INSTANCE,
            a,
            v.grad("y"),
            v.input("q"),
            v.input("k"),
            v.input("v"),
            v.output("y"),
            v.output("max"),
            v.output("sum"),
            v.input("offsets"),
            v.inputShape("keyOffsets") == null ? null : v.input("keyOffsets"));
    return Vjp.grads(g[0], g[1], g[2], null, null);
  }

  @Override
  public Stream<Sample<AttentionOp.Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(AttentionOp.Attrs.of(0.5))
            .uniform(9, 2, 3)
            .uniform(9, 2, 3)
            .uniform(9, 2, 4)
            .fixed(DType.I32, 0, 4, 4, 9)
            .absent()
            .build(),
        s.sample(new AttentionOp.Attrs(0.7, true, 0.4, 3, 1))
            .uniform(7, 4, 2)
            .uniform(7, 2, 2)
            .uniform(7, 2, 2)
            .fixed(DType.I32, 0, 1, 7)
            .absent()
            .build(),
        s.sample(new AttentionOp.Attrs(0.7, false, 2, 0, 0, 0))
            .uniform(6, 1, 2)
            .uniform(6, 1, 2)
            .uniform(6, 1, 2)
            .fixed(DType.I64, 0, 6)
            .absent()
            .build(),
        s.sample(new AttentionOp.Attrs(1, false, 0.2, 9, 1))
            .uniform(5, 2, 3)
            .uniform(7, 1, 3)
            .uniform(7, 1, 3)
            .fixed(DType.I32, 0, 2, 4, 5)
            .fixed(DType.I32, 0, 7, 7, 7)
            .build(),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(0, 2, 3)
            .uniform(0, 2, 3)
            .uniform(0, 2, 3)
            .fixed(DType.I32, 0)
            .absent()
            .build());
  }

  @Override
  public List<ErrorSample<AttentionOp.Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(5, 2, 3)
            .uniform(5, 2, 3)
            .uniform(5, 2, 3)
            .fixed(DType.I32, 0, 3, 2, 5)
            .absent()
            .fails(
                IndexException.class,
                "attention_packed: offsets must start with 0, not decrease and end with the 5 rows"
                    + " of q; number 2 is 2 after 3. Build them as running sums of the lengths."),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(5, 2, 3)
            .uniform(6, 2, 3)
            .uniform(6, 2, 3)
            .fixed(DType.I32, 0, 5)
            .absent()
            .fails(
                IndexException.class,
                "attention_packed: offsets must start with 0, not decrease and end with the 6 rows"
                    + " of k; number 1 is 5 after 0. Build them as running sums of the lengths."),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(1, 5, 2, 3)
            .uniform(5, 2, 3)
            .uniform(5, 2, 3)
            .fixed(DType.I32, 0, 5)
            .absent()
            .fails(
                ShapeException.class,
                "attention_packed: q is [1, 5, 2, 3], k [5, 2, 3], v [5, 2, 3] but they must be"
                    + " [rows, h, d], [keyRows, g, d] and [keyRows, g, dv]. Split the heads of"
                    + " [rows, h * d] with reshape."),
        s.sample(AttentionOp.Attrs.of(1))
            .uniform(5, 2, 3)
            .uniform(5, 2, 3)
            .uniform(5, 2, 3)
            .fixed(DType.I32, 0, 5)
            .fixed(DType.I32, 0, 2, 5)
            .fails(
                ShapeException.class,
                "attention_packed: keyOffsets is [3] but must be [2]: every sequence has queries"
                    + " and keys."));
  }
}
