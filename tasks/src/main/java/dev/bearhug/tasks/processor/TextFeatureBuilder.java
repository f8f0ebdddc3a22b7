package dev.bearhug.tasks.processor;

import dev.bearhug.transformers.tokenizer.EncodeOptions;
import dev.bearhug.transformers.tokenizer.Encoding;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Turns labelled texts into features with one tokenizer and one limit of length. */
public final class TextFeatureBuilder {

  /** Examples encoded in one call; bounds the memory of encodings with their offsets. */
  private static final int CHUNK = 4096;

  private final Tokenizer tokenizer;
  private final LabelSet labels;
  private final int maxLength;

  /**
   * Creates a builder.
   *
   * @param tokenizer turns texts into tokens; needs a padding token
   * @param labels classes by id
   * @param maxLength limit of length in tokens, special tokens included
   */
  public TextFeatureBuilder(Tokenizer tokenizer, LabelSet labels, int maxLength) {
    this.tokenizer = tokenizer;
    this.labels = labels;
    this.maxLength = maxLength;
  }

  /**
   * Encodes examples; the longer text of a pair is cut first.
   *
   * @param examples single texts or pairs, also mixed
   */
  public FeatureSet<TextFeatures> build(List<TextExample> examples) {
    List<TextFeatures> features = new ArrayList<>(examples.size());
    for (int from = 0; from < examples.size(); from += CHUNK) {
      addChunk(examples.subList(from, Math.min(examples.size(), from + CHUNK)), features);
    }
    long cut = features.stream().filter(f -> f.cutTokens() > 0).count();
    TextCollator collator =
        new TextCollator(tokenizer.specialTokens().id(Role.PAD), labels.type(), labels.outputs());
    return new FeatureSet<>(features, TextFeatures::length, collator, maxLength, cut);
  }

  private void addChunk(List<TextExample> examples, List<TextFeatures> features) {
    EncodeOptions options = EncodeOptions.maxLength(maxLength);
    List<String> singles =
        examples.stream().filter(e -> !e.isPair()).map(TextExample::textA).toList();
    List<TextExample> pairs = examples.stream().filter(TextExample::isPair).toList();
    List<Encoding> encodedSingles =
        singles.isEmpty() ? List.of() : tokenizer.encodeAll(singles, options);
    List<Encoding> encodedPairs =
        pairs.isEmpty()
            ? List.of()
            : tokenizer.encodeAll(
                pairs.stream().map(TextExample::textA).toList(),
                pairs.stream().map(TextExample::textB).toList(),
                options);
    int nextSingle = 0;
    int nextPair = 0;
    for (TextExample example : examples) {
      Encoding encoding =
          example.isPair() ? encodedPairs.get(nextPair++) : encodedSingles.get(nextSingle++);
      features.add(
          new TextFeatures(
              example.id(),
              encoding.ids(),
              encoding.typeIds(),
              target(example.label()),
              encoding.truncatedTokens()));
    }
  }

  private float[] target(ExampleLabel label) {
    if (label instanceof ExampleLabel.Single single) {
      return new float[] {labels.id(single.name())};
    }
    if (label instanceof ExampleLabel.Score score) {
      return new float[] {(float) score.value()};
    }
    if (label instanceof ExampleLabel.Multi multi) {
      float[] set = new float[labels.outputs()];
      multi.names().forEach(name -> set[labels.id(name)] = 1);
      return set;
    }
    return null;
  }
}
