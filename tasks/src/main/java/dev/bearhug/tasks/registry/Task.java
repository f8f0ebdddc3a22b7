package dev.bearhug.tasks.registry;

import dev.bearhug.tasks.evaluator.Evaluator;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.Processor;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.transformers.head.HeadSpec;

/**
 * The parts that belong together in a type of task.
 *
 * @param <F> type of an example as a model reads it
 */
public interface Task<F> {

  /**
   * Reads train and dev, and test when there is one.
   *
   * @throws dev.bearhug.tasks.processor.DataException when the data cannot be used
   */
  Processor<F> load(DataSpec data);

  /**
   * Reads one split with the labels of a trained model.
   *
   * @throws dev.bearhug.tasks.processor.DataException when the data cannot be used
   */
  Processor<F> loadSplit(DataSpec data, Split split, LabelSet labels);

  /** Returns the head that predicts such labels. */
  HeadSpec head(LabelSet labels);

  /**
   * Returns the labels that a trained model predicts.
   *
   * @throws IllegalArgumentException when the head belongs to another task
   */
  LabelSet labels(HeadSpec head);

  /** Returns what judges predictions of such labels. */
  Evaluator<F> evaluator(LabelSet labels);

  /** Returns the metric that chooses the best checkpoint unless the configuration names one. */
  String defaultMetric(LabelSet labels);
}
