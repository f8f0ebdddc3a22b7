package dev.bearhug.tasks.registry;

import dev.bearhug.tasks.evaluator.ClassificationEvaluator;
import dev.bearhug.tasks.evaluator.Evaluator;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.processor.TextClassificationProcessor;
import dev.bearhug.tasks.processor.TextFeatures;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.head.ProblemType;
import java.util.List;

/** One class, a set of classes or a number for a text or a pair of texts. */
public final class ClassificationTask implements Task<TextFeatures> {

  /** The name that the reference library gives to a single output without a name. */
  private static final List<String> ONE_NUMBER = List.of("LABEL_0");

  /** Creates the task. */
  public ClassificationTask() {}

  @Override
  public Processor<TextFeatures> load(DataSpec data) {
    return TextClassificationProcessor.load(data);
  }

  @Override
  public Processor<TextFeatures> loadSplit(DataSpec data, Split split, LabelSet labels) {
    return TextClassificationProcessor.loadSplit(data, split, labels);
  }

  @Override
  public HeadSpec head(LabelSet labels) {
    return switch (labels.type()) {
      case SINGLE -> head(labels.names(), ProblemType.SINGLE_LABEL);
      case MULTI -> head(labels.names(), ProblemType.MULTI_LABEL);
      case REGRESSION -> head(ONE_NUMBER, ProblemType.REGRESSION);
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    };
  }

  private static HeadSpec head(List<String> names, ProblemType problem) {
    return new HeadSpec(HeadKind.SEQUENCE_CLASSIFICATION, names, problem);
  }

  @Override
  public LabelSet labels(HeadSpec head) {
    if (head.kind() != HeadKind.SEQUENCE_CLASSIFICATION) {
      throw new IllegalArgumentException(
          "classification: the model must have a head for whole texts (its config.json says "
              + head.kind()
              + "). Fine-tune it with \"bearhug train --task classification\" first.");
    }
    return switch (head.problem()) {
      case SINGLE_LABEL -> LabelSet.ofNames(LabelType.SINGLE, head.labels());
      case MULTI_LABEL -> LabelSet.ofNames(LabelType.MULTI, head.labels());
      case REGRESSION -> regression(head);
    };
  }

  private static LabelSet regression(HeadSpec head) {
    if (head.outputs() != 1) {
      throw new IllegalArgumentException(
          "classification: a regression must have one output, the model has "
              + head.outputs()
              + ". Several numbers for a text are not supported.");
    }
    return LabelSet.regression();
  }

  @Override
  public Evaluator<TextFeatures> evaluator(LabelSet labels) {
    return new ClassificationEvaluator(labels);
  }

  @Override
  public String defaultMetric(LabelSet labels) {
    return switch (labels.type()) {
      case SINGLE -> "accuracy";
      case MULTI -> "micro_f1";
      case REGRESSION -> "pearson";
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    };
  }
}
