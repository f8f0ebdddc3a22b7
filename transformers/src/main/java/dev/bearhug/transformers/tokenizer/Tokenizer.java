package dev.bearhug.transformers.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Turns texts into token ids and ids into text.
 *
 * <p>A tokenizer is immutable and may be used from any number of threads. It never pads, and it
 * cuts texts only when {@link EncodeOptions} ask for it, whatever defaults its files carry. It owns
 * native memory: close it when done; afterwards every method that needs the native part throws
 * {@link IllegalStateException}.
 */
public interface Tokenizer extends AutoCloseable {

  /**
   * Encodes one text with special tokens and without a limit of length.
   *
   * @param text the text; may be empty
   * @return its tokens
   */
  default Encoding encode(String text) {
    return encode(text, EncodeOptions.DEFAULT);
  }

  /**
   * Encodes one text.
   *
   * @param text the text; may be empty. Unpaired surrogates are read as U+FFFD
   * @param options special tokens, limit of length, truncation
   * @return its tokens
   * @throws TokenizerException if the options cannot be met for this text
   */
  Encoding encode(String text, EncodeOptions options);

  /**
   * Encodes a pair of texts with special tokens and without a limit of length.
   *
   * @param first the first text
   * @param second the second text
   * @return the tokens of both in one sequence
   */
  default Encoding encode(String first, String second) {
    return encode(first, second, EncodeOptions.DEFAULT);
  }

  /**
   * Encodes a pair of texts.
   *
   * @param first the first text
   * @param second the second text
   * @param options special tokens, limit of length, truncation
   * @return the tokens of both in one sequence
   * @throws TokenizerException if the options cannot be met for this pair
   */
  Encoding encode(String first, String second, EncodeOptions options);

  /**
   * Encodes many texts, on several cores; results are those of one call for each.
   *
   * @param texts the texts
   * @param options special tokens, limit of length, truncation
   * @return one encoding for each text, in order
   * @throws TokenizerException if the options cannot be met for a text
   */
  List<Encoding> encodeAll(List<String> texts, EncodeOptions options);

  /**
   * Encodes many pairs of texts, on several cores; results are those of one call for each.
   *
   * @param first the first texts
   * @param second the second texts, as many as {@code first}
   * @param options special tokens, limit of length, truncation
   * @return one encoding for each pair, in order
   * @throws TokenizerException if the lists differ in size or the options cannot be met for a pair
   */
  List<Encoding> encodeAll(List<String> first, List<String> second, EncodeOptions options);

  /**
   * Turns ids back into text.
   *
   * @param ids token ids in {@code [0, vocabSize())}
   * @param skipSpecialTokens whether special tokens are left out
   * @return the text
   * @throws TokenizerException if an id is outside the vocabulary
   */
  String decode(int[] ids, boolean skipSpecialTokens);

  /**
   * Turns ids back into text.
   *
   * @param ids token ids in {@code [0, vocabSize())}
   * @param skipSpecialTokens whether special tokens are left out
   * @return the text
   * @throws TokenizerException if an id is outside the vocabulary
   */
  String decode(long[] ids, boolean skipSpecialTokens);

  /**
   * Returns the number of rows that an embedding for this tokenizer needs: the largest id plus one,
   * added tokens included.
   *
   * @return the size
   */
  int vocabSize();

  /**
   * Returns the id of a token if the vocabulary has it.
   *
   * @param token spelling of the token, such as {@code ##ing}
   * @return its id, or empty
   */
  OptionalInt tokenToId(String token);

  /**
   * Returns the spelling of a token.
   *
   * @param id its id
   * @return the token
   * @throws TokenizerException if no token has that id
   */
  String idToToken(int id);

  /**
   * Returns the special tokens with their ids.
   *
   * @return the special tokens
   */
  SpecialTokens specialTokens();

  /**
   * Returns the longest input of the model this tokenizer belongs to, in tokens.
   *
   * @return {@code model_max_length} of {@code tokenizer_config.json}; empty where the files state
   *     none or a value without meaning (beyond an {@code int})
   */
  OptionalInt modelMaxLength();

  /**
   * Writes the files from which this tokenizer, and the Hugging Face libraries, open it again:
   * {@code tokenizer.json}, {@code tokenizer_config.json}, {@code special_tokens_map.json}, and
   * {@code vocab.txt} (WordPiece) or {@code vocab.json} and {@code merges.txt} (byte-level BPE).
   *
   * <p>Each file is replaced atomically; works also after {@link #close()}.
   *
   * @param folder an existing or new folder
   * @throws TokenizerException if a file cannot be written
   */
  void save(Path folder);

  /** Releases the native part after running calls have ended; closing twice does nothing. */
  @Override
  void close();
}
