package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Opens the tokenizer of a model folder, whatever kind of files it has. */
public final class AutoTokenizer {

  private static final int LISTED = 20;

  private AutoTokenizer() {}

  /**
   * Opens a tokenizer as its files describe it.
   *
   * @param folderOrFile a model folder, or its {@code tokenizer.json}, {@code vocab.txt} or {@code
   *     vocab.json}
   * @return the tokenizer; the caller closes it
   * @throws TokenizerException if there is none or its files are unusable
   */
  public static Tokenizer open(Path folderOrFile) {
    return open(folderOrFile, TokenizerOptions.NONE);
  }

  /**
   * Opens a tokenizer.
   *
   * <p>In a folder {@code tokenizer.json} is preferred, then {@code vocab.txt}, then {@code
   * vocab.json} with {@code merges.txt}. {@code tokenizer_config.json}, {@code
   * special_tokens_map.json}, {@code added_tokens.json} and {@code config.json} beside them are
   * read where present.
   *
   * @param folderOrFile a model folder, or its {@code tokenizer.json}, {@code vocab.txt} or {@code
   *     vocab.json}
   * @param options what overrides the files
   * @return the tokenizer; the caller closes it
   * @throws TokenizerException if there is none, its files are unusable, or an option does not
   *     apply to it
   */
  public static Tokenizer open(Path folderOrFile, TokenizerOptions options) {
    Objects.requireNonNull(options, "options");
    Path file = folderOrFile;
    if (Files.isDirectory(folderOrFile)) {
      file = choose(folderOrFile);
    } else if (!Files.exists(folderOrFile)) {
      throw new TokenizerException(
          folderOrFile + ": no such folder or file. Check the path of the tokenizer.");
    }
    Path folder = file.toAbsolutePath().getParent();
    TokenizerSettings settings = TokenizerSettings.read(folder);
    String name = file.getFileName().toString();
    ObjectNode json;
    if (name.equals("vocab.json") || name.equals("merges.txt")) {
      json = byteLevelBpe(folder, settings, options);
    } else if (name.endsWith(".txt")) {
      json = wordPiece(file, settings, options);
    } else if (name.endsWith(".json")) {
      json = TokenizerFiles.object(file);
      options.family().ifPresent(family -> refuseFamily(folderOrFile, family));
    } else {
      throw new TokenizerException(
          file
              + ": a tokenizer file must be tokenizer.json, vocab.txt or vocab.json with"
              + " merges.txt. Give the folder instead.");
    }
    return new HfTokenizer(new TokenizerModel(json, settings, options));
  }

  private static Path choose(Path folder) {
    for (String name : List.of("tokenizer.json", "vocab.txt", "vocab.json")) {
      if (Files.exists(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    throw new TokenizerException(
        folder
            + ": no tokenizer files; looked for tokenizer.json, vocab.txt, and vocab.json with"
            + " merges.txt; found "
            + listing(folder)
            + ". Sentencepiece .model files are not read yet: convert them to tokenizer.json.");
  }

  private static ObjectNode wordPiece(
      Path file, TokenizerSettings settings, TokenizerOptions options) {
    TokenizerFamily family =
        options.family().orElse(settings.family().orElse(TokenizerFamily.BERT));
    if (family != TokenizerFamily.BERT) {
      throw new TokenizerException(
          file
              + ": a vocab.txt is read as WordPiece of the family bert, but "
              + family
              + " was asked for ("
              + settings.described()
              + "). Is a vocab.json with merges.txt missing?");
    }
    return new TokenizerJson(settings, options).wordPiece(TokenizerFiles.wordPieces(file));
  }

  private static ObjectNode byteLevelBpe(
      Path folder, TokenizerSettings settings, TokenizerOptions options) {
    for (String needed : List.of("vocab.json", "merges.txt")) {
      if (!Files.exists(folder.resolve(needed))) {
        throw new TokenizerException(
            folder
                + ": byte-level BPE needs vocab.json and merges.txt; "
                + needed
                + " is missing, found "
                + listing(folder)
                + ".");
      }
    }
    ObjectNode vocabulary = TokenizerFiles.object(folder.resolve("vocab.json"));
    TokenizerFamily family =
        options.family().or(settings::family).orElseGet(() -> bySpecialTokens(folder, vocabulary));
    if (family != TokenizerFamily.ROBERTA && family != TokenizerFamily.GPT2) {
      throw new TokenizerException(
          folder
              + ": vocab.json with merges.txt is read as byte-level BPE of the family roberta or"
              + " gpt2, not "
              + family
              + " ("
              + settings.described()
              + "). Name the family in the options.");
    }
    List<String> merges = TokenizerFiles.merges(folder.resolve("merges.txt"), vocabulary);
    return new TokenizerJson(settings, options).byteLevelBpe(vocabulary, merges, family);
  }

  private static TokenizerFamily bySpecialTokens(Path folder, ObjectNode vocabulary) {
    if (Stream.of("<s>", "</s>", "<pad>", "<mask>").allMatch(vocabulary::has)) {
      return TokenizerFamily.ROBERTA;
    }
    if (vocabulary.has("<|endoftext|>")) {
      return TokenizerFamily.GPT2;
    }
    throw new TokenizerException(
        folder
            + ": vocab.json has the special tokens of neither RoBERTa nor GPT-2, and no"
            + " tokenizer_config.json or config.json names a known class. Name the family in the"
            + " options.");
  }

  private static void refuseFamily(Path path, TokenizerFamily family) {
    throw new TokenizerException(
        path
            + ": the option family ("
            + family
            + ") is for folders without tokenizer.json, which fixes it. Leave the option out.");
  }

  private static String listing(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files.map(p -> p.getFileName().toString()).sorted().limit(LISTED + 1L).toList();
      if (names.isEmpty()) {
        return "an empty folder";
      }
      return names.size() > LISTED
          ? String.join(", ", names.subList(0, LISTED)) + ", ..."
          : String.join(", ", names);
    } catch (IOException e) {
      return "nothing readable (" + e + ")";
    }
  }
}
