package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Finds the reference values and vocabulary files. */
final class TokenizerFixtures {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFixtures() {}

  static Path fixtures() {
    return SharedFiles.fixtures("tokenizers");
  }

  static Path vocabularies() {
    return SharedFiles.data("tokenizers");
  }

  /** Lists the files whose name starts so; skips the test where the folders are absent. */
  static List<Path> list(String prefix) {
    try (Stream<Path> files = Files.list(fixtures())) {
      return files
          .filter(p -> p.getFileName().toString().startsWith(prefix))
          .filter(p -> p.getFileName().toString().endsWith(".json"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> strings() {
    return StreamSupport.stream(read(fixtures().resolve("strings.json")).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  /**
   * Opens the tokenizer of a fixture; a folder that says nothing about case follows the arguments
   * that the reference was called with.
   */
  static Tokenizer open(String name) {
    Path folder = vocabularies().resolve(name);
    Path reference = fixtures().resolve(name + ".json");
    TokenizerOptions options = TokenizerOptions.NONE;
    if (!Files.exists(folder.resolve("tokenizer.json")) && Files.exists(reference)) {
      JsonNode lower = read(reference).path("arguments").path("do_lower_case");
      if (lower.isBoolean()) {
        options = options.withLowercase(lower.booleanValue());
      }
    }
    return AutoTokenizer.open(folder, options);
  }
}
