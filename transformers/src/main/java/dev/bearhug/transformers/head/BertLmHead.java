package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Activation;
import dev.bearhug.nn.layer.LayerNorm;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.model.Backbone;
import java.util.function.UnaryOperator;

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
}
