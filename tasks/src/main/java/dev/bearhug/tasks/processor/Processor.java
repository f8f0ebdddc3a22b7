package dev.bearhug.tasks.processor;

import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.util.List;

/**
 * The data of a task: read from files, turned into features, never into tensors.
 *
 * @param <F> type of an example as a model reads it
 */
public interface Processor<F> {

  /** Returns the specification with the columns as they were found; reads other files alike. */
  DataSpec spec();

  /** Returns the labels of the data. */
  LabelSet labels();

  /** Says whether a split was read. */
  boolean has(Split split);

  /**
   * Returns the texts of the train split, both of a pair, from which a vocabulary can be learned.
   */
  List<String> trainTexts();

  /**
   * Turns the examples of a split into features.
   *
   * @param split a split that was read
   * @param tokenizer turns texts into tokens
   * @param maxLength limit of length in tokens, special tokens included; longer examples are cut
   *     and counted
   * @throws DataException when the split was not read
   */
  FeatureSet<F> features(Split split, Tokenizer tokenizer, int maxLength);

  /** Returns what became of the lines of each split. */
  List<ReadReport> reports();

  /**
   * Returns a checksum of everything that determines training and evaluation: texts, labels, their
   * order. A resumed run compares it.
   */
  String fingerprint();
}
