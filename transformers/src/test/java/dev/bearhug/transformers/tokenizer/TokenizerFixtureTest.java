package dev.bearhug.transformers.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Compares with the ids, offsets and decodings of the reference tokenizers. */
@Tag("fixtures")
class TokenizerFixtureTest {

  private static final Map<String, Tokenizer> OPEN = new HashMap<>();
  private static List<String> strings;

  @TempDir static Path folder;

  @BeforeAll
  static void readStrings() {
    TokenizerFixtures.vocabularies();
    assertThat(TokenizerFixtures.list("fast-")).as("reference files").isNotEmpty();
    strings = TokenizerFixtures.strings();
  }

  @AfterAll
  static void closeAll() {
    OPEN.values().forEach(Tokenizer::close);
  }

  /** Opens each reference vocabulary once for all tests. */
  private static Tokenizer reference(String name) {
    return OPEN.computeIfAbsent(name, TokenizerFixtures::open);
  }

  @TestFactory
  Stream<DynamicTest> fastTokenizersAgreeExactly() {
    return TokenizerFixtures.list("fast-").stream()
        .flatMap(
            file -> {
              String name = nameOf(file).substring("fast-".length());
              if (!Files.isDirectory(TokenizerFixtures.vocabularies().resolve(name))) {
                System.out.println("tokenizer fixture without vocabulary files: " + name);
                return Stream.of();
              }
              return Stream.of(
                  dynamicTest(name + " texts", () -> checkTexts(file, name)),
                  dynamicTest(name + " pairs", () -> checkPairs(file, name)),
                  dynamicTest(name + " batches", () -> checkBatches(name)),
                  dynamicTest(name + " UTF-16 spans", () -> checkUtf16(name)));
            });
  }

  /** The Python tokenizers define truncation; texts that they split otherwise are left out. */
  @TestFactory
  Stream<DynamicTest> pairsAreCutAndPaddedLikeThePythonTokenizers() {
    return TokenizerFixtures.list("fast-").stream()
        .map(file -> nameOf(file).substring("fast-".length()))
        .filter(name -> Files.exists(TokenizerFixtures.fixtures().resolve(name + ".json")))
        .filter(name -> Files.isDirectory(TokenizerFixtures.vocabularies().resolve(name)))
        .map(name -> dynamicTest(name, () -> checkTruncation(name)));
  }

  @TestFactory
  Stream<DynamicTest> olderFilesAgreeWithTokenizerJson() {
    return TokenizerFixtures.list("fast-").stream()
        .map(file -> nameOf(file).substring("fast-".length()))
        .filter(name -> has(name, "tokenizer.json"))
        .filter(name -> has(name, "vocab.txt") || has(name, "merges.txt"))
        .map(name -> dynamicTest(name, () -> checkOlderFiles(name)));
  }

  @TestFactory
  Stream<DynamicTest> savedFoldersOpenEqual() {
    return TokenizerFixtures.list("fast-").stream()
        .map(file -> nameOf(file).substring("fast-".length()))
        .filter(name -> Files.isDirectory(TokenizerFixtures.vocabularies().resolve(name)))
        .map(name -> dynamicTest(name, () -> checkSaved(name)));
  }

  private static boolean has(String name, String file) {
    return Files.exists(TokenizerFixtures.vocabularies().resolve(name).resolve(file));
  }

  private void checkOlderFiles(String name) throws IOException {
    Path older = Files.createDirectories(folder.resolve("older-" + name));
    for (String file : List.of("vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json")) {
      if (has(name, file)) {
        Files.copy(
            TokenizerFixtures.vocabularies().resolve(name).resolve(file), older.resolve(file));
      }
    }
    try (Tokenizer tokenizer = AutoTokenizer.open(older)) {
      compare(reference(name), tokenizer);
    }
  }

  private void checkSaved(String name) {
    Path saved = folder.resolve("saved-" + name);
    Tokenizer expected = reference(name);
    expected.save(saved);
    try (Tokenizer tokenizer = AutoTokenizer.open(saved)) {
      compare(expected, tokenizer);
    }
  }

  private static void compare(Tokenizer expected, Tokenizer tokenizer) {
    assertThat(tokenizer.vocabSize()).isEqualTo(expected.vocabSize());
    assertThat(tokenizer.specialTokens()).isEqualTo(expected.specialTokens());
    assertThat(tokenizer.modelMaxLength()).isEqualTo(expected.modelMaxLength());
    List<String> reversed = strings.reversed();
    List<Encoding> pairs = expected.encodeAll(strings, reversed, EncodeOptions.DEFAULT);
    assertThat(tokenizer.encodeAll(strings, reversed, EncodeOptions.DEFAULT)).isEqualTo(pairs);
    for (Encoding pair : pairs) {
      assertThat(tokenizer.decode(pair.ids(), false)).isEqualTo(expected.decode(pair.ids(), false));
    }
  }

  private static String nameOf(Path file) {
    return file.getFileName().toString().replace(".json", "");
  }

  private static void checkTexts(Path file, String name) {
    JsonNode cases = TokenizerFixtures.read(file).get("cases");
    assertThat(cases).hasSize(strings.size());
    Tokenizer tokenizer = reference(name);
    for (int i = 0; i < cases.size(); i++) {
      String label = name + " string " + i + " \"" + strings.get(i) + "\"";
      Encoding encoding = tokenizer.encode(strings.get(i));
      check(label, encoding, cases.get(i));
      assertThat(tokenizer.decode(encoding.ids(), true))
          .as(label + " decoded")
          .isEqualTo(cases.get(i).get("decoded").asText());
    }
  }

  private static void checkPairs(Path file, String name) {
    JsonNode pairs = TokenizerFixtures.read(file).get("pairs");
    assertThat(pairs).isNotEmpty();
    Tokenizer tokenizer = reference(name);
    for (JsonNode pair : pairs) {
      int a = pair.get("a").asInt();
      int b = pair.get("b").asInt();
      Encoding encoding = tokenizer.encode(strings.get(a), strings.get(b));
      String label = name + " pair " + a + ", " + b;
      check(label, encoding, pair);
      assertThat(encoding.typeIds())
          .as(label + " type ids")
          .containsExactly(TokenizerFixtures.ints(pair.get("type_ids")));
    }
  }

  private static void check(String label, Encoding encoding, JsonNode expected) {
    assertThat(encoding.ids())
        .as(label + " ids")
        .containsExactly(TokenizerFixtures.ints(expected.get("ids")));
    assertThat(encoding.specialTokensMask())
        .as(label + " special tokens mask")
        .containsExactly(TokenizerFixtures.ints(expected.get("special_tokens_mask")));
    assertThat(encoding.wordIds())
        .as(label + " word ids")
        .containsExactly(TokenizerFixtures.ints(expected.get("word_ids")));
    int[] spans = new int[2 * encoding.size()];
    for (int i = 0; i < encoding.size(); i++) {
      spans[2 * i] = encoding.start(i);
      spans[2 * i + 1] = encoding.end(i);
    }
    assertThat(spans).as(label + " offsets").containsExactly(spans(expected.get("offsets")));
    assertThat(encoding.attentionMask()).hasSize(encoding.size()).containsOnly(ones(encoding));
    assertThat(encoding.truncatedTokens()).isZero();
  }

  /** Flattens [start, end] pairs; null, for a token of the template, becomes -1, -1. */
  private static int[] spans(JsonNode offsets) {
    int[] spans = new int[2 * offsets.size()];
    for (int i = 0; i < offsets.size(); i++) {
      JsonNode span = offsets.get(i);
      spans[2 * i] = span.isNull() ? -1 : span.get(0).asInt();
      spans[2 * i + 1] = span.isNull() ? -1 : span.get(1).asInt();
    }
    return spans;
  }

  private static int[] ones(Encoding encoding) {
    return encoding.size() == 0 ? new int[0] : new int[] {1};
  }

  private static void checkBatches(String name) {
    Tokenizer tokenizer = reference(name);
    EncodeOptions options = EncodeOptions.maxLength(9);
    List<Encoding> single = new ArrayList<>();
    List<Encoding> paired = new ArrayList<>();
    List<String> reversed = strings.reversed();
    for (int i = 0; i < strings.size(); i++) {
      single.add(tokenizer.encode(strings.get(i), options));
      paired.add(tokenizer.encode(strings.get(i), reversed.get(i), options));
    }
    assertThat(tokenizer.encodeAll(strings, options)).isEqualTo(single);
    assertThat(tokenizer.encodeAll(strings, reversed, options)).isEqualTo(paired);
  }

  private static void checkUtf16(String name) {
    Tokenizer tokenizer = reference(name);
    for (String text : strings) {
      Encoding encoding = tokenizer.encode(text);
      int[] points = text.codePoints().toArray();
      for (int i = 0; i < encoding.size(); i++) {
        String expected =
            encoding.hasOffsets(i)
                ? new String(points, encoding.start(i), encoding.end(i) - encoding.start(i))
                : "";
        assertThat(encoding.textOf(i)).as(name + " \"" + text + "\" " + i).isEqualTo(expected);
        if (encoding.hasOffsets(i)) {
          assertThat(text.substring(encoding.utf16Start(i), encoding.utf16End(i)))
              .isEqualTo(expected);
        }
      }
    }
  }

  private static void checkTruncation(String name) {
    JsonNode reference =
        TokenizerFixtures.read(TokenizerFixtures.fixtures().resolve(name + ".json"));
    JsonNode fast =
        TokenizerFixtures.read(TokenizerFixtures.fixtures().resolve("fast-" + name + ".json"));
    Set<Integer> differing = new HashSet<>();
    fast.path("cases_where_ids_differ_from_the_slow_tokenizer")
        .forEach(i -> differing.add(i.asInt()));
    int checked = 0;
    int left = 0;
    Tokenizer tokenizer = reference(name);
    assertThat(tokenizer.vocabSize()).isEqualTo(reference.get("vocab_size").asInt());
    for (SpecialTokens.Role role : SpecialTokens.Role.values()) {
      assertThat(tokenizer.specialTokens().find(role).map(SpecialToken::text).orElse(null))
          .as(name + " " + role.key())
          .isEqualTo(reference.path("special").path(role.key()).asText(null));
    }
    for (JsonNode pair : reference.get("pairs")) {
      int a = pair.get("a").asInt();
      int b = pair.get("b").asInt();
      if (differing.contains(a) || differing.contains(b)) {
        left++;
        continue;
      }
      checked++;
      JsonNode asked = pair.get("options");
      String label = name + " pair " + a + ", " + b + " " + asked;
      EncodeOptions options = EncodeOptions.maxLength(asked.path("max_length").asInt(0));
      if (asked.path("truncation").isTextual()) {
        options = options.withTruncation(TruncationStrategy.of(asked.get("truncation").asText()));
      }
      Encoding encoding = tokenizer.encode(strings.get(a), strings.get(b), options);
      int length = encoding.size();
      if (asked.path("padding").asText("").equals("max_length")) {
        length = options.maxLength();
      }
      int pad =
          tokenizer.specialTokens().find(SpecialTokens.Role.PAD).map(SpecialToken::id).orElse(0);
      compare(label + " ids", padded(encoding.ids(), length, pad), pair, "input_ids");
      compare(label + " mask", padded(encoding.attentionMask(), length, 0), pair, "attention_mask");
      compare(
          label + " special",
          padded(encoding.specialTokensMask(), length, 1),
          pair,
          "special_tokens_mask");
      compare(label + " types", padded(encoding.typeIds(), length, 0), pair, "token_type_ids");
      assertThat(encoding.truncatedTokens())
          .as(label + " truncated")
          .isEqualTo(tokenizer.encode(strings.get(a), strings.get(b)).size() - encoding.size());
    }
    assertThat(checked).as(name + " pairs checked").isPositive();
    if (left > 0) {
      System.out.println(
          "tokenizer fixture "
              + name
              + ": "
              + left
              + " pairs left out, as the Python tokenizer"
              + " splits one of their texts otherwise");
    }
  }

  private static int[] padded(int[] values, int length, int pad) {
    int[] result = Arrays.copyOf(values, length);
    Arrays.fill(result, values.length, length, pad);
    return result;
  }

  private static void compare(String label, int[] actual, JsonNode pair, String key) {
    if (pair.has(key)) {
      assertThat(actual).as(label).containsExactly(TokenizerFixtures.ints(pair.get(key)));
    }
  }
}
