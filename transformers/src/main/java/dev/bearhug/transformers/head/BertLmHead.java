package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Activation;
import dev.bearhug.nn.layer.LayerNorm;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.model.Backbone;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * BERT's token prediction: dense, activation, normalisation, then the product with the token
 * embedding (or a matrix of its own if the embeddings are not tied) plus a bias.
 */
final class BertLmHead extends Layer {

  private final Linear dense;
  private final LayerNorm norm;
  private final Parameter bias;
  private final Parameter decoder;
  private final UnaryOperator<Tensor> activation;

  /** Built at path {@code cls.predictions}. */
  BertLmHead(Backbone backbone, BertConfig config, Params params) {
    super(params);
    Initializer normal = Initializer.normal(backbone.initializerRange());
    bias = own(params.get("bias", Shape.of(config.vocabSize()), Initializer.constant(0)));
    dense =
        child(
            "transform.dense",
            new Linear(config.hidden(), config.hidden(), normal, params.sub("transform.dense")));
    norm =
        child(
            "transform.LayerNorm",
            new LayerNorm(
                config.hidden(), config.layerNormEps(), params.sub("transform.LayerNorm")));
    decoder =
        config.tieWordEmbeddings()
            ? backbone.tokenEmbedding()
            : own(
                params.get(
                    "decoder.weight", Shape.of(config.vocabSize(), config.hidden()), normal));
    activation = Activation.named(config.activation());
  }

  /** Hidden states {@code [batch, seq, hidden]} to logits {@code [batch, seq, vocab]}. */
  Tensor forward(Tensor hidden) {
    return call(
        () ->
            norm.forward(activation.apply(dense.forward(hidden)))
                .linear(decoder.tensor(), bias.tensor()));
  }

  /**
   * Mean loss over the labels that count, without the scores of the others: only the labelled
   * tokens are transformed, and the scores of the vocabulary exist for a few rows at a time.
   *
   * @param hidden {@code [batch, seq, hidden]}
   * @param labels {@code I64 [batch, seq]}, -100 is not counted
   */
  Tensor loss(Tensor hidden, Tensor labels) {
    return call(
        () -> {
          Tensor rows = hidden.reshape(-1, hidden.dim(-1));
          Tensor targets = labels.to(DType.I64).reshape(-1);
          long[] values = targets.toLongArray();
          long[] counted =
              LongStream.range(0, values.length)
                  .filter(i -> values[(int) i] != CrossEntropyOp.IGNORE)
                  .toArray();
          if (counted.length < values.length) {
            Tensor index = Tensor.of(counted, counted.length).to(hidden.device());
            rows = rows.packRows(index);
            targets = targets.packRows(index);
          }
          return norm.forward(activation.apply(dense.forward(rows)))
              .linearCrossEntropy(decoder.tensor(), bias.tensor(), targets);
        });
  }
}
