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
 * Rows of a table: {@code y[.., :] = weight[ids[..], :]} with weight {@code [v, d]}, ids {@code
 * I64[..]} and y {@code [.., d]}.
 *
 * <p>The row of the padding index is looked up like any other but gets no gradient. With scaling by
 * frequency the gradient op gives the mean instead of the sum over the ids of a row.
 */
public final class EmbeddingOp extends Op<EmbeddingOp.Attrs> {

  /** The only instance. */
  public static final EmbeddingOp INSTANCE = new EmbeddingOp();

  /**
   * The gradient of the rows.
   *
   * @param paddingIndex row without gradient, -1 for none
   * @param scaleByFrequency whether the gradient of a row is divided by the number of its ids
   */
  public record Attrs(long paddingIndex, boolean scaleByFrequency) {

    /** Every row gets its whole gradient. */
    public static final Attrs NO_PADDING = new Attrs(-1);

    /** A padding row, no division. */
    public Attrs(long paddingIndex) {
      this(paddingIndex, false);
    }
  }

  private EmbeddingOp() {
    super(
        OpSpec.named("embedding").inputs("weight", "ids").savesInputs("ids").casts(CastPolicy.LOW));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("weight");
    i.requireDType("ids", DType.I64);
    Shape table = i.shape("weight");
    i.require(
        table.rank() == 2,
        () -> "weight is " + table + " but must be [vocabulary, features]. Check its axes.");
    i.require(
        a.paddingIndex() >= -1 && a.paddingIndex() < table.dim(0),
        () ->
            "padding index "
                + a.paddingIndex()
                + " is outside [0, "
                + table.dim(0)
                + ") (-1 for none).");
    i.output(i.shape("ids").append(table.dim(1)), i.dtype("weight"));
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    EmbeddingGradOp.Attrs grad =
        new EmbeddingGradOp.Attrs(
            v.inputShape("weight").dim(0), a.paddingIndex(), a.scaleByFrequency());
    return Vjp.grads(
        Dispatcher.call(EmbeddingGradOp.INSTANCE, grad, v.grad(), v.input("ids")), null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(Attrs.NO_PADDING).uniform(7, 5).indices(7, 2, 3).build(),
        s.sample(new Attrs(1))
            .constant(-1, 1, 4, 17)
            .indicesOf(new long[] {1, 3, 1, 0, 3, 3}, 3, 2)
            .build(),
        s.sample(Attrs.NO_PADDING).uniform(3, 4).indices(3).build(),
        s.sample(Attrs.NO_PADDING).uniform(5, 4).indices(5, 2, 0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(Attrs.NO_PADDING)
            .uniform(4, 2)
            .indicesOf(new long[] {0, 1, 2, 3, 9, 0}, 2, 3)
            .fails(
                IndexException.class,
                "embedding: id 9 at position (1, 1) is outside [0, 4).\n"
                    + "  Is the tokenizer larger than the embedding? Call resizeTokenEmbeddings(9 +"
                    + " 1)."),
        s.sample(Attrs.NO_PADDING)
            .uniform(4, 2)
            .indicesOf(new long[] {0, -100}, 2)
            .fails(
                IndexException.class,
                "embedding: id -100 at position (1) is outside [0, 4).\n"
                    + "  Labels with an ignore index are no input ids; pad inputs with the pad"
                    + " token."),
        s.sample(new Attrs(4))
            .uniform(4, 2)
            .indices(4, 2)
            .fails(
                ShapeException.class,
                "embedding: padding index 4 is outside [0, 4) (-1 for none)."),
        s.sample(Attrs.NO_PADDING)
            .uniform(4)
            .indices(4, 2)
            .fails(
                ShapeException.class,
                "embedding: weight is [4] but must be [vocabulary, features]. Check its axes."));
  }
}
