package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A WordPiece vocabulary learned from texts, for models that start from random weights.
 *
 * <p>Words are split as BERT does it, then the pair of neighbouring pieces that occurs most often
 * is joined until the vocabulary is full (byte-pair merges, Sennrich et al. 2016, as in the Hugging
 * Face WordPiece trainer). The result depends only on the texts as a multiset and on the options.
 */
public final class WordPieceVocabulary {

  private final List<String> tokens;
  private final VocabularyOptions options;
  private final long words;
  private final long coveredWords;

  private WordPieceVocabulary(
      List<String> tokens, VocabularyOptions options, long words, long coveredWords) {
    this.tokens = tokens;
    this.options = options;
    this.words = words;
    this.coveredWords = coveredWords;
  }

  /**
   * Learns a vocabulary.
   *
   * @param texts training texts; read once, in one pass
   * @param options size and preparation
   * @return the vocabulary
   * @throws TokenizerException if the texts hold no word, or size leaves no room for a character
   */
  public static WordPieceVocabulary build(Iterable<String> texts, VocabularyOptions options) {
    Objects.requireNonNull(options, "options");
    BertWords splitter = new BertWords(options.lowercase());
    Map<String, Long> counts = new TreeMap<>();
    long total = 0;
    for (String text : texts) {
      for (String word : splitter.split(text)) {
        counts.merge(word, 1L, Long::sum);
        total++;
      }
    }
    if (counts.isEmpty()) {
      throw new TokenizerException(
          "vocabulary: the texts hold no word to learn from. Is the right column read?");
    }
    WordPieceTrainer trainer = new WordPieceTrainer(counts, options);
    List<String> tokens = trainer.train();
    return new WordPieceVocabulary(tokens, options, total, trainer.coveredWords());
  }

  /**
   * Returns the tokens by id: the special tokens, the alphabet, then learned pieces, the most
   * frequent first.
   *
   * @return an unmodifiable list
   */
  public List<String> tokens() {
    return tokens;
  }

  /**
   * Returns what the vocabulary was trained with.
   *
   * @return the options
   */
  public VocabularyOptions options() {
    return options;
  }

  /**
   * Returns the share of the words of the training texts that the vocabulary can express; the rest
   * holds characters outside the alphabet and becomes {@code [UNK]}.
   *
   * @return a number in [0, 1]
   */
  public double coverage() {
    return (double) coveredWords / words;
  }

  /**
   * Returns the BERT tokenizer of this vocabulary without a stated limit of length.
   *
   * @return the tokenizer; the caller closes it
   */
  public Tokenizer tokenizer() {
    return tokenizer(TokenizerFiles.JSON.createObjectNode());
  }

  /**
   * Returns the BERT tokenizer of this vocabulary.
   *
   * @param modelMaxLength the longest input of the model, kept in {@code tokenizer_config.json}
   * @return the tokenizer; the caller closes it
   * @throws TokenizerException if the limit is not positive
   */
  public Tokenizer tokenizer(int modelMaxLength) {
    return tokenizer(
        TokenizerFiles.JSON.createObjectNode().put("model_max_length", modelMaxLength));
  }

  private Tokenizer tokenizer(ObjectNode config) {
    TokenizerSettings none = TokenizerSettings.none("trained vocabulary");
    TokenizerSettings settings =
        new TokenizerSettings(
            none.source(), config, none.specialTokens(), none.addedTokens(), none.model());
    TokenizerOptions normalizer = TokenizerOptions.NONE.withLowercase(options.lowercase());
    ObjectNode json = new TokenizerJson(settings, normalizer).wordPiece(tokens);
    return new HfTokenizer(new TokenizerModel(json, settings, normalizer));
  }
}
