package dev.bearhug.transformers.head;

import dev.bearhug.tensor.error.Suggestions;
import java.util.Arrays;
import java.util.List;

/** What a model predicts. */
public enum HeadKind {
  /** Nothing; hidden states and pooled output of the bare model. */
  BASE("Model"),
  /** The token behind each mask. */
  MASKED_LM("ForMaskedLM"),
  /** Classes, sets of labels or numbers for a whole input. */
  SEQUENCE_CLASSIFICATION("ForSequenceClassification"),
  /** A class for each token. */
  TOKEN_CLASSIFICATION("ForTokenClassification"),
  /** Start and end of an answer span. */
  QUESTION_ANSWERING("ForQuestionAnswering"),
  /** One of several candidate inputs. */
  MULTIPLE_CHOICE("ForMultipleChoice"),
  /** Whether the second text follows the first. */
  NEXT_SENTENCE("ForNextSentencePrediction"),
  /** Masked tokens and next sentence together. */
  PRETRAINING("ForPreTraining");

  private final String suffix;

  HeadKind(String suffix) {
    this.suffix = suffix;
  }

  /** What follows the architecture in a Hugging Face class name, such as {@code ForMaskedLM}. */
  public String classSuffix() {
    return suffix;
  }

  /**
   * The head of a class name such as {@code BertForMaskedLM}.
   *
   * @throws IllegalArgumentException if no head has that name
   */
  public static HeadKind ofClassName(String className) {
    for (HeadKind k : values()) {
      if (k != BASE && className.endsWith(k.suffix)) {
        return k;
      }
    }
    if (className.endsWith(BASE.suffix)) {
      return BASE;
    }
    List<String> known = Arrays.stream(values()).map(HeadKind::classSuffix).toList();
    String head = className.substring(Math.max(0, className.indexOf("For")));
    throw new IllegalArgumentException(
        "config.json: architecture \""
            + className
            + "\" ends in none of the known heads: "
            + String.join(", ", known)
            + "."
            + Suggestions.didYouMean(head, known));
  }
}
