package dev.bearhug.transformers.tokenizer;

import dev.bearhug.tensor.error.Suggestions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Groups tokenizers that share vocabulary files, template and names of special tokens. */
public enum TokenizerFamily {
  /** WordPiece with {@code [CLS] a [SEP] b [SEP]}: BERT, DistilBERT, ELECTRA, ERNIE, NEZHA. */
  BERT("BertTokenizer"),
  /** Byte-level BPE with {@code <s> a </s></s> b </s>}: RoBERTa, BART, Longformer. */
  ROBERTA("RobertaTokenizer"),
  /** Byte-level BPE without a template: GPT-2, GPT-Neo, GPT-J. */
  GPT2("GPT2Tokenizer"),
  /** Everything else; opened from {@code tokenizer.json} only. */
  OTHER("PreTrainedTokenizerFast");

  private final String tokenizerClass;

  TokenizerFamily(String tokenizerClass) {
    this.tokenizerClass = tokenizerClass;
  }

  /** Returns the class that {@code tokenizer_config.json} names for this family. */
  String tokenizerClass() {
    return tokenizerClass;
  }

  /**
   * Returns the family with a name, in any case.
   *
   * @param name such as {@code bert}
   * @return the family
   * @throws TokenizerException if there is none
   */
  public static TokenizerFamily of(String name) {
    for (TokenizerFamily family : values()) {
      if (family.name().equalsIgnoreCase(name)) {
        return family;
      }
    }
    List<String> known =
        Arrays.stream(values()).map(f -> f.name().toLowerCase(Locale.ROOT)).toList();
    throw new TokenizerException(
        "tokenizer family: unknown name \""
            + name
            + "\". Known: "
            + String.join(", ", known)
            + "."
            + Suggestions.didYouMean(name, known));
  }

  /** Finds the family by the class name in {@code tokenizer_config.json}. */
  static Optional<TokenizerFamily> ofClass(String className) {
    String name =
        className.endsWith("Fast") ? className.substring(0, className.length() - 4) : className;
    return switch (name) {
      case "BertTokenizer",
          "DistilBertTokenizer",
          "ElectraTokenizer",
          "MobileBertTokenizer",
          "ConvBertTokenizer",
          "SqueezeBertTokenizer",
          "LayoutLMTokenizer",
          "RetriBertTokenizer" ->
          Optional.of(BERT);
      case "RobertaTokenizer", "LongformerTokenizer", "BartTokenizer", "LEDTokenizer" ->
          Optional.of(ROBERTA);
      case "GPT2Tokenizer", "CodeGenTokenizer" -> Optional.of(GPT2);
      default -> Optional.empty();
    };
  }

  /** Finds the family by {@code model_type} in {@code config.json}. */
  static Optional<TokenizerFamily> ofModelType(String modelType) {
    return switch (modelType) {
      case "bert",
          "distilbert",
          "electra",
          "ernie",
          "nezha",
          "mobilebert",
          "convbert",
          "megatron-bert" ->
          Optional.of(BERT);
      case "roberta", "longformer", "bart", "led" -> Optional.of(ROBERTA);
      case "gpt2", "gpt_neo", "gptj", "codegen" -> Optional.of(GPT2);
      default -> Optional.empty();
    };
  }
}
