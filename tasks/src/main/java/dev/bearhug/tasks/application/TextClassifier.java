package dev.bearhug.tasks.application;

import dev.bearhug.tasks.evaluator.ModelScorer;
import dev.bearhug.tasks.processor.ExampleLabel;
import dev.bearhug.tasks.processor.FeatureSet;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.processor.TextExample;
import dev.bearhug.tasks.processor.TextFeatureBuilder;
import dev.bearhug.tasks.processor.TextFeatures;
import dev.bearhug.tasks.registry.ClassificationTask;
import dev.bearhug.tasks.runner.TrainedModel;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Classifies texts, or pairs of texts, with a trained model.
 *
 * <pre>{@code
 * try (TextClassifier classifier = TextClassifier.open(Path.of("runs/sentiment"))) {
 *   for (Classification c : classifier.classify(List.of("What a lovely film!", "Dull."))) {
 *     System.out.println(c.label() + " " + c.probability());
 *   }
 * }
 * }</pre>
 *
 * <p>Safe for use by any number of threads; they share the cores, so that calls of the model follow
 * each other. Owns memory outside the heap until closed.
 */
public final class TextClassifier implements AutoCloseable {

  private static final int BATCH_SIZE = 32;

  private final TrainedModel trained;
  private final LabelSet labels;
  private final TextFeatureBuilder builder;
  private final ModelScorer scorer;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  private TextClassifier(TrainedModel trained) {
    this.trained = trained;
    this.labels = new ClassificationTask().labels(trained.model().head());
    this.builder = new TextFeatureBuilder(trained.tokenizer(), labels, trained.maxLength());
    this.scorer = new ModelScorer(trained.model(), trained.device(), trained.precision().type());
  }

  /**
   * Opens a classifier on the best device of this machine.
   *
   * @param folder the output folder of a run, or a model folder in the Hugging Face layout
   * @throws RuntimeException when the folder holds no classifier or its files are unusable
   */
  public static TextClassifier open(Path folder) {
    return open(folder, Backends.select("auto"));
  }

  /**
   * Opens a classifier on a device.
   *
   * @param folder the output folder of a run, or a model folder in the Hugging Face layout
   * @param device where to compute
   * @throws RuntimeException when the folder holds no classifier or its files are unusable
   */
  public static TextClassifier open(Path folder, Device device) {
    TrainedModel trained = TrainedModel.open(folder, device);
    try {
      return new TextClassifier(trained);
    } catch (RuntimeException e) {
      trained.close();
      throw e;
    }
  }

  /** Returns the classes by id, or the fact that the model predicts numbers. */
  public LabelSet labels() {
    return labels;
  }

  /** Returns the longest input in tokens; longer texts lose their end. */
  public int maxLength() {
    return trained.maxLength();
  }

  /**
   * Classifies texts.
   *
   * @param texts none of them blank
   * @return one answer for each text, in order
   * @throws IllegalArgumentException when a text is blank
   * @throws IllegalStateException after {@link #close}
   */
  public List<Classification> classify(List<String> texts) {
    List<TextExample> examples = new ArrayList<>();
    for (String text : texts) {
      examples.add(example(examples.size(), text, null));
    }
    return run(examples);
  }

  /**
   * Classifies pairs of texts.
   *
   * @param first the first texts, none of them blank
   * @param second the second texts, as many, none of them blank
   * @return one answer for each pair, in order
   * @throws IllegalArgumentException when a text is blank or the lists differ in size
   * @throws IllegalStateException after {@link #close}
   */
  public List<Classification> classifyPairs(List<String> first, List<String> second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "text classifier: there must be as many second texts as first ones (first "
              + first.size()
              + ", second "
              + second.size()
              + ").");
    }
    List<TextExample> examples = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      requireText(i, second.get(i));
      examples.add(example(i, first.get(i), second.get(i)));
    }
    return run(examples);
  }

  private static TextExample example(int index, String text, String pair) {
    requireText(index, text);
    return new TextExample("text-" + (index + 1), text, pair, new ExampleLabel.None());
  }

  private static void requireText(int index, String text) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException(
          "text classifier: text " + (index + 1) + " is empty. Leave empty texts out.");
    }
  }

  private List<Classification> run(List<TextExample> examples) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("text classifier: it is closed.");
      }
      FeatureSet<TextFeatures> features = builder.build(examples);
      List<float[]> outputs = scorer.logits(features, BATCH_SIZE);
      List<Classification> answers = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        TextFeatures text = features.features().get(i);
        Prediction prediction = Prediction.of(text, outputs.get(i), labels);
        answers.add(Classification.of(prediction, text.cutTokens()));
      }
      return answers;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the memory back after running calls have ended; closing twice does nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        trained.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
