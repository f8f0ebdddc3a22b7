package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Dropout;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.transformers.model.Backbone;

/** A head that scores by dropout and one dense layer, {@code classifier}. */
abstract class ClassifierHead extends Head {

  private final Dropout dropout;
  private final Linear classifier;

  ClassifierHead(Backbone backbone, long outputs, Params params) {
    super(params);
    dropout = child("dropout", new Dropout(backbone.headDropout(), params.sub("dropout")));
    classifier =
        child(
            "classifier",
            new Linear(
                backbone.config().hidden(),
                outputs,
                Initializer.normal(backbone.initializerRange()),
                params.sub("classifier")));
  }

  /** Scores {@code [..., outputs]} of features {@code [..., hidden]}. */
  final Tensor score(Tensor features) {
    return classifier.forward(dropout.forward(features));
  }
}
