package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.IndexException;
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
 * Gradient of {@link EmbeddingOp}: {@code gweight[ids[..], :] += gy[.., :]}, zero in the row of the
 * padding index, and optionally divided by the number of ids of the row. The sums are at least
 * single precision.
 */
public final class EmbeddingGradOp extends Op<EmbeddingGradOp.Attrs> {

  /** The only instance. */
  public static final EmbeddingGradOp INSTANCE = new EmbeddingGradOp();

  /**
   * The table.
   *
   * @param vocabulary its rows
   * @param paddingIndex row without gradient, -1 for none
   * @param scaleByFrequency whether a row is divided by the number of its ids
   */
  public record Attrs(long vocabulary, long paddingIndex, boolean scaleByFrequency) {

    /** Sums. */
    public Attrs(long vocabulary, long paddingIndex) {
      this(vocabulary, paddingIndex, false);
    }
  }

  private EmbeddingGradOp() {
    super(OpSpec.named("embedding_grad").inputs("gy", "ids").outputs("gweight").savesInputs("ids"));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("gy");
    i.requireDType("ids", DType.I64);
    i.requireRank("gy", 1);
    Shape gy = i.shape("gy");
    i.requireShape("ids", gy.dropLast(1), "there is one id per row of gradients");
    DType sums = LayerNormOp.statistics(i.dtype("gy"));
    i.output(Shape.of(a.vocabulary(), gy.dim(-1)), sums);
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    Tensor ids = v.input("ids");
    Tensor rows = v.grad().embedding(ids);
    if (a.scaleByFrequency()) {
      Tensor one = Tensor.full(ids.shape().append(1), 1, rows.dtype(), ids.device());
      Tensor counts = Dispatcher.call(INSTANCE, new Attrs(a.vocabulary(), -1), one, ids);
      rows = rows.div(counts.embedding(ids));
    }
    rows = rows.to(v.inputDType("gy"));
    if (a.paddingIndex() >= 0) {
      Tensor padding = Tensor.scalar(a.paddingIndex(), DType.I64, ids.device());
      rows = rows.maskedFill(ids.eq(padding).unsqueeze(-1), 0);
    }
    return Vjp.grads(rows, null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    return Stream.of(
        s.sample(new Attrs(7, -1)).uniform(2, 3, 5).indices(7, 2, 3).build(),
        s.sample(new Attrs(4, 2)).uniform(9, 17).indices(4, 9).build(),
        s.sample(new Attrs(4, 2, true)).uniform(9, 17).indices(4, 9).build(),
        s.sample(new Attrs(3, -1)).uniform(0, 4).indices(3, 0).build());
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    return List.of(
        s.sample(new Attrs(4, -1))
            .uniform(2, 3)
            .indicesOf(new long[] {3, 4}, 2)
            .fails(
                IndexException.class,
                "embedding_grad: id 4 at position (1) is outside [0, 4).\n  Is the tokenizer larger"
                    + " than the embedding? Call resizeTokenEmbeddings(4 + 1)."));
  }
}
