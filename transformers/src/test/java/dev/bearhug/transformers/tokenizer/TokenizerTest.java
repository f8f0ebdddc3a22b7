package dev.bearhug.transformers.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws Exception {
    tokenizer = AutoTokenizer.open(SmallTokenizers.wordPiece(folder));
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void encodesAPairWithTemplateTypesAndWords() {
    Encoding encoding = tokenizer.encode("The cats", "unwanted, zzz");
    assertThat(encoding.tokens())
        .containsExactly(
            "[CLS]", "the", "cat", "##s", "[SEP]", "un", "##want", "##ed", ",", "[UNK]", "[SEP]");
    assertThat(encoding.typeIds()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1);
    assertThat(encoding.wordIds()).containsExactly(-1, 0, 1, 1, -1, 0, 0, 0, 1, 2, -1);
    assertThat(encoding.sequenceIds()).containsExactly(-1, 0, 0, 0, -1, 1, 1, 1, 1, 1, -1);
    assertThat(encoding.specialTokensMask()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1);
    assertThat(encoding.attentionMask()).hasSize(11).containsOnly(1);
    assertThat(encoding.textOf(1)).isEqualTo("The");
    assertThat(encoding.textOf(9)).isEqualTo("zzz");
    assertThat(encoding.textOf(0)).isEmpty();
    assertThat(encoding.text(1)).isEqualTo("unwanted, zzz");
  }

  @Test
  void arraysAreCopies() {
    Encoding encoding = tokenizer.encode("cat");
    encoding.ids()[1] = 99;
    encoding.wordIds()[1] = 99;
    assertThat(encoding.ids()).containsExactly(2, 6, 3);
    assertThat(encoding.wordIds()).containsExactly(-1, 0, -1);
  }

  @Test
  void offsetsCountCodePointsAndIndicesCountUtf16() {
    String text = "😀 𠀀cafe\u0301 中";
    Encoding encoding = tokenizer.encode(text);
    assertThat(encoding.tokens()).containsExactly("[CLS]", "😀", "𠀀", "cafe", "中", "[SEP]");
    assertThat(encoding.start(3)).isEqualTo(3);
    assertThat(encoding.utf16Start(3)).isEqualTo(5);
    // The accent that the normalizer removed belongs to no token.
    assertThat(encoding.textOf(3)).isEqualTo("cafe");
    assertThat(encoding.textOf(4)).isEqualTo("中");
    assertThat(encoding.start(4)).isEqualTo(9);
    assertThat(encoding.utf16Start(4)).isEqualTo(11);
    assertThat(encoding.utf16Start(0)).isEqualTo(-1);
    assertThat(encoding.hasOffsets(0)).isFalse();
  }

  @Test
  void findsTheTokenOfACharacter() {
    Encoding encoding = tokenizer.encode("😀 cats", "cat");
    assertThat(encoding.tokenAt(0, 0)).hasValue(1);
    assertThat(encoding.tokenAt(0, 1)).as("second half of a surrogate pair").hasValue(1);
    assertThat(encoding.tokenAt(0, 2)).as("space").isEmpty();
    assertThat(encoding.tokenAt(0, 6)).hasValue(3);
    assertThat(encoding.tokenAt(1, 0)).hasValue(5);
    assertThatThrownBy(() -> encoding.tokenAt(2, 0))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no text 2");
  }

  @Test
  void unpairedSurrogatesDoNotSpoilTheRest() {
    Encoding encoding = tokenizer.encode("a\uD83D 😀 cat\uDE00");
    assertThat(encoding.tokens()).containsExactly("[CLS]", "a", "😀", "cat", "[SEP]");
    assertThat(encoding.textOf(2)).isEqualTo("😀");
    assertThat(encoding.utf16Start(3)).isEqualTo(6);
  }

  @Test
  void nullBytesAndEmptyTextsAreFine() {
    assertThat(tokenizer.encode("").ids()).containsExactly(2, 3);
    assertThat(tokenizer.encode("", "").ids()).containsExactly(2, 3, 3);
    Encoding encoding = tokenizer.encode("\u0000cat");
    assertThat(encoding.ids()).containsExactly(2, 6, 3);
    assertThat(encoding.start(1)).isEqualTo(1);
    assertThat(tokenizer.encodeAll(List.of(), EncodeOptions.DEFAULT)).isEmpty();
  }

  @Test
  void longestFirstTakesFromTheLongerAndThenFromTheSecond() {
    // 3 special tokens, so 5 stay for the texts: 6 and 4 become 3 and 2.
    Encoding encoding = tokenizer.encode("a b c d e f", "e f g h", EncodeOptions.maxLength(8));
    assertThat(encoding.tokens())
        .containsExactly("[CLS]", "a", "b", "c", "[SEP]", "e", "f", "[SEP]");
    assertThat(encoding.truncatedTokens()).isEqualTo(5);
  }

  @Test
  void truncationOfOneTextReportsWhatWasCut() {
    Encoding encoding = tokenizer.encode("a b c d e", EncodeOptions.maxLength(4));
    assertThat(encoding.tokens()).containsExactly("[CLS]", "a", "b", "[SEP]");
    assertThat(encoding.truncatedTokens()).isEqualTo(3);
    assertThat(encoding.overflow()).isEmpty();
    assertThat(tokenizer.encode("a b", EncodeOptions.maxLength(4)).truncatedTokens()).isZero();
    assertThat(tokenizer.encode("a b c", EncodeOptions.maxLength(2).withSpecialTokens(false)).ids())
        .containsExactly(18, 19);
  }

  @Test
  void onlyFirstAndOnlySecondKeepTheOther() {
    EncodeOptions options = EncodeOptions.maxLength(7);
    assertThat(
            tokenizer
                .encode("a b c d", "e f", options.withTruncation(TruncationStrategy.ONLY_FIRST))
                .tokens())
        .containsExactly("[CLS]", "a", "b", "[SEP]", "e", "f", "[SEP]");
    assertThat(
            tokenizer
                .encode("a b", "c d e f", options.withTruncation(TruncationStrategy.ONLY_SECOND))
                .tokens())
        .containsExactly("[CLS]", "a", "b", "[SEP]", "c", "d", "[SEP]");
  }

  @Test
  void impossibleTruncationSaysWhy() {
    EncodeOptions options = EncodeOptions.maxLength(5);
    assertThatThrownBy(
            () ->
                tokenizer.encode(
                    "a", "b c d", options.withTruncation(TruncationStrategy.ONLY_FIRST)))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("the first text has 1 tokens, but 2 of 7 must go");
    assertThatThrownBy(
            () -> tokenizer.encode("a", options.withTruncation(TruncationStrategy.ONLY_SECOND)))
        .hasMessageContaining("only_second needs a pair");
    assertThatThrownBy(() -> tokenizer.encode("a", "b", EncodeOptions.maxLength(2)))
        .hasMessageContaining("maxLength 2 is smaller than the 3 special tokens");
    assertThatThrownBy(
            () -> tokenizer.encode("a b c d", options.withTruncation(TruncationStrategy.NONE)))
        .hasMessageContaining("the text has 6 tokens, maxLength is 5");
    assertThatThrownBy(() -> tokenizer.encode("a", "b", options.withOverflow(0)))
        .hasMessageContaining("Use only_first or only_second");
    assertThatThrownBy(() -> tokenizer.encode("a b c d e f", options.withOverflow(3)))
        .hasMessageContaining("stride 3 must be smaller than the 3 text tokens");
    assertThatThrownBy(() -> EncodeOptions.maxLength(-1)).hasMessageContaining("got -1");
    assertThatThrownBy(() -> EncodeOptions.DEFAULT.withOverflow(0))
        .hasMessageContaining("needs a maxLength");
    assertThatThrownBy(() -> new EncodeOptions(true, 4, TruncationStrategy.ONLY_FIRST, false, 1))
        .hasMessageContaining("stride");
    assertThatThrownBy(() -> TruncationStrategy.of("longest"))
        .hasMessageContaining("longest_first, only_first, only_second, none");
  }

  @Test
  void overflowWindowsCoverTheWholeTextWithTheirStride() {
    Encoding encoding =
        tokenizer.encode(
            "a",
            "b c d e f g h",
            new EncodeOptions(true, 7, TruncationStrategy.ONLY_SECOND, true, 1));
    assertThat(encoding.tokens()).containsExactly("[CLS]", "a", "[SEP]", "b", "c", "d", "[SEP]");
    assertThat(encoding.truncatedTokens()).isEqualTo(4);
    assertThat(encoding.overflow().stream().map(Encoding::tokens))
        .containsExactly(
            List.of("[CLS]", "a", "[SEP]", "d", "e", "f", "[SEP]"),
            List.of("[CLS]", "a", "[SEP]", "f", "g", "h", "[SEP]"));
    assertThat(encoding.overflow().get(1).textOf(5)).isEqualTo("h");
  }

  @Test
  void randomWindowsCoverEachTokenOnce() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int tokens = random.nextInt(20);
      int limit = 3 + random.nextInt(6);
      int stride = random.nextInt(limit - 2);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < tokens; i++) {
        text.append((char) ('a' + random.nextInt(8))).append(' ');
      }
      Encoding whole = tokenizer.encode(text.toString());
      Encoding first =
          tokenizer.encode(text.toString(), EncodeOptions.maxLength(limit).withOverflow(stride));
      List<Integer> starts = new ArrayList<>();
      List<Encoding> windows = new ArrayList<>(List.of(first));
      windows.addAll(first.overflow());
      for (int w = 0; w < windows.size(); w++) {
        Encoding window = windows.get(w);
        assertThat(window.size()).as("seed " + seed).isLessThanOrEqualTo(limit);
        for (int i = w == 0 ? 1 : 1 + stride; i < window.size() - 1; i++) {
          starts.add(window.start(i));
        }
      }
      List<Integer> expected = new ArrayList<>();
      for (int i = 1; i < whole.size() - 1; i++) {
        expected.add(whole.start(i));
      }
      assertThat(starts).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void truncatesLeftWhereTheConfigurationSaysSo() throws Exception {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"truncation_side\": \"left\"}");
    try (Tokenizer left = AutoTokenizer.open(folder)) {
      Encoding encoding = left.encode("a b c d e", EncodeOptions.maxLength(5).withOverflow(1));
      assertThat(encoding.tokens()).containsExactly("[CLS]", "c", "d", "e", "[SEP]");
      assertThat(encoding.overflow().stream().map(Encoding::tokens))
          .containsExactly(List.of("[CLS]", "a", "b", "c", "[SEP]"));
    }
  }

  @Test
  void decodesAndRefusesForeignIds() {
    int[] ids = tokenizer.encode("The cats, unwanted").ids();
    assertThat(tokenizer.decode(ids, true)).isEqualTo("the cats, unwanted");
    assertThat(tokenizer.decode(ids, false)).isEqualTo("[CLS] the cats, unwanted [SEP]");
    assertThat(tokenizer.encode(tokenizer.decode(ids, true)).ids()).isEqualTo(ids);
    assertThat(tokenizer.decode(new long[] {6, 8}, true)).isEqualTo("cats");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {5, -100}, true))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("id -100 at position 1 is outside [0, 26)");
    assertThatThrownBy(() -> tokenizer.decode(new long[] {26}, true))
        .hasMessageContaining("id 26 at position 0");
  }

  @Test
  void knowsItsVocabularyAndSpecialTokens() {
    assertThat(tokenizer.vocabSize()).isEqualTo(26);
    assertThat(tokenizer.tokenToId("##want")).hasValue(10);
    assertThat(tokenizer.tokenToId("dog")).isEmpty();
    assertThat(tokenizer.idToToken(10)).isEqualTo("##want");
    assertThatThrownBy(() -> tokenizer.idToToken(26)).hasMessageContaining("[0, 26)");
    assertThat(tokenizer.modelMaxLength()).isEmpty();
    assertThat(tokenizer.specialTokens().id(Role.MASK)).isEqualTo(4);
    assertThat(tokenizer.specialTokens().find(Role.BOS)).isEmpty();
    assertThatThrownBy(() -> tokenizer.specialTokens().require(Role.EOS))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no eos_token")
        .hasMessageContaining("pad_token");
  }

  @Test
  void eightThreadsGetTheSameResults() throws Exception {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      texts.add("the cats 😀 unwanted, " + "a b c ".repeat(i % 7));
    }
    EncodeOptions options = EncodeOptions.maxLength(9);
    List<Encoding> expected = texts.stream().map(t -> tokenizer.encode(t, options)).toList();
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<List<Encoding>>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean batch = i % 2 == 0;
        results.add(
            pool.submit(
                () ->
                    batch
                        ? tokenizer.encodeAll(texts, options)
                        : texts.stream().map(t -> tokenizer.encode(t, options)).toList()));
      }
      for (Future<List<Encoding>> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void closingWaitsForCallsAndThenRefusesThem() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        counts.add(
            pool.submit(
                () -> {
                  int done = 0;
                  while (true) {
                    try {
                      tokenizer.encode("the cats");
                      done++;
                    } catch (IllegalStateException e) {
                      return done;
                    }
                  }
                }));
      }
      Thread.sleep(20);
      tokenizer.close();
      for (Future<Integer> count : counts) {
        assertThat(count.get()).isNotNegative();
      }
    }
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("cat"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("used after close()");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {5}, true))
        .isInstanceOf(IllegalStateException.class);
    assertThat(tokenizer.vocabSize()).isEqualTo(26);
  }

  @Test
  void batchesNeedEquallyManyTexts() {
    assertThatThrownBy(() -> tokenizer.encodeAll(List.of("a"), List.of(), EncodeOptions.DEFAULT))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("got 1 and 0");
    assertThatThrownBy(() -> tokenizer.encode(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void batchesLongerThanOneChunkKeepTheirOrder() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      texts.add("a b c d e f".substring(0, 1 + 2 * (i % 6)));
    }
    List<Encoding> encodings = tokenizer.encodeAll(texts, EncodeOptions.DEFAULT);
    assertThat(encodings).hasSize(2500);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(encodings.get(i).size()).isEqualTo(3 + i % 6);
      assertThat(encodings.get(i).text(0)).isEqualTo(texts.get(i));
    }
  }
}
