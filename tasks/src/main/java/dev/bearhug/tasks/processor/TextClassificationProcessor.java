package dev.bearhug.tasks.processor;

import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Texts or pairs of texts with classes, sets of classes or numbers. */
public final class TextClassificationProcessor implements Processor<TextFeatures> {

  private final TextData data;

  /** Wraps data that was read, or made by a program. */
  public TextClassificationProcessor(TextData data) {
    this.data = data;
  }

  /**
   * Reads train and dev, and test when there is one.
   *
   * @throws DataException when a split is missing or a row cannot be used
   */
  public static TextClassificationProcessor load(DataSpec spec) {
    return new TextClassificationProcessor(TextData.load(spec));
  }

  /**
   * Reads one split with the labels of a trained model.
   *
   * @throws DataException when the split is missing or a row cannot be used
   */
  public static TextClassificationProcessor loadSplit(DataSpec spec, Split split, LabelSet labels) {
    return new TextClassificationProcessor(TextData.loadSplit(spec, split, labels));
  }

  /** Returns the examples of a split, empty when it was not read. */
  public List<TextExample> examples(Split split) {
    return data.get(split);
  }

  @Override
  public DataSpec spec() {
    return data.spec();
  }

  @Override
  public LabelSet labels() {
    return data.labels();
  }

  @Override
  public boolean has(Split split) {
    return !data.get(split).isEmpty();
  }

  @Override
  public List<String> trainTexts() {
    List<String> texts = new ArrayList<>();
    for (TextExample example : data.get(Split.TRAIN)) {
      texts.add(example.textA());
      if (example.isPair()) {
        texts.add(example.textB());
      }
    }
    return texts;
  }

  @Override
  public FeatureSet<TextFeatures> features(Split split, Tokenizer tokenizer, int maxLength) {
    if (!has(split)) {
      throw DataException.general(
          "the split " + split.key() + " was not read (read: " + data.examples().keySet() + ").");
    }
    return new TextFeatureBuilder(tokenizer, data.labels(), maxLength).build(data.get(split));
  }

  @Override
  public List<ReadReport> reports() {
    return List.copyOf(data.reports().values());
  }

  @Override
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    update(digest, data.labels().toString());
    for (Split split : Split.values()) {
      update(digest, split.key() + data.get(split).size());
      data.get(split).forEach(example -> update(digest, example.toString()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
