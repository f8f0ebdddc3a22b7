package dev.bearhug.transformers.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPieceVocabularyTest {

  @TempDir Path folder;

  @Test
  void startsWithSpecialTokensAndAlphabet() {
    WordPieceVocabulary vocabulary =
        WordPieceVocabulary.build(
            List.of("low low low lower", "Löw, 中文"), VocabularyOptions.ofSize(100));
    assertThat(vocabulary.tokens().subList(0, 5)).isEqualTo(VocabularyOptions.SPECIAL_TOKENS);
    assertThat(vocabulary.tokens())
        .doesNotHaveDuplicates()
        .contains(",", "中", "文", "l", "##l", "low")
        .doesNotContain("##中", "##,", "ö", "##ö");
    assertThat(vocabulary.coverage()).isEqualTo(1.0);
  }

  @Test
  void joinsTheMostFrequentPairFirst() {
    WordPieceVocabulary vocabulary =
        WordPieceVocabulary.build(
            List.of("ab ab ab ab", "bc bc", "abc abc abc"), VocabularyOptions.ofSize(100));
    // Alphabet a, b, c and their inner forms, then ab (7), abc (3), bc (2).
    assertThat(vocabulary.tokens().subList(11, vocabulary.tokens().size()))
        .containsExactly("ab", "abc", "bc");
  }

  @Test
  void agreesWithTheNaiveAlgorithm() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      List<String> texts = new ArrayList<>();
      int letters = 2 + random.nextInt(4);
      for (int i = 0; i < 60; i++) {
        StringBuilder word = new StringBuilder();
        for (int n = 1 + random.nextInt(9); n > 0; n--) {
          word.append((char) ('a' + random.nextInt(letters)));
        }
        texts.add(word.toString());
      }
      int size = 20 + random.nextInt(120);
      int minFrequency = 1 + random.nextInt(4);
      VocabularyOptions options = VocabularyOptions.ofSize(size).withMinFrequency(minFrequency);
      assertThat(WordPieceVocabulary.build(texts, options).tokens())
          .as("seed " + seed)
          .isEqualTo(naive(texts, size, minFrequency));
    }
  }

  /** Counts all pairs of all words anew in each step. */
  private static List<String> naive(List<String> texts, int size, int minFrequency) {
    List<String> tokens = new ArrayList<>(VocabularyOptions.SPECIAL_TOKENS);
    List<String> characters =
        texts.stream()
            .flatMap(t -> t.chars().mapToObj(Character::toString))
            .distinct()
            .sorted()
            .toList();
    tokens.addAll(characters);
    characters.forEach(c -> tokens.add("##" + c));
    Map<String, Integer> counts = new TreeMap<>();
    texts.forEach(t -> counts.merge(t, 1, Integer::sum));
    Map<String, List<String>> split = new HashMap<>();
    for (String word : counts.keySet()) {
      List<String> pieces = new ArrayList<>();
      for (int i = 0; i < word.length(); i++) {
        pieces.add((i == 0 ? "" : "##") + word.charAt(i));
      }
      split.put(word, pieces);
    }
    while (tokens.size() < size) {
      Map<List<String>, Integer> pairs = new HashMap<>();
      split.forEach(
          (word, pieces) -> {
            for (int i = 0; i + 1 < pieces.size(); i++) {
              pairs.merge(
                  pieces.subList(i, i + 2).stream().toList(), counts.get(word), Integer::sum);
            }
          });
      List<String> best = null;
      for (Map.Entry<List<String>, Integer> entry : pairs.entrySet()) {
        List<String> pair = entry.getKey();
        if (best == null
            || entry.getValue() > pairs.get(best)
            || (entry.getValue().equals(pairs.get(best)) && before(tokens, pair, best))) {
          best = pair;
        }
      }
      if (best == null || pairs.get(best) < minFrequency) {
        break;
      }
      String joined = best.get(0) + best.get(1).substring(2);
      if (!tokens.contains(joined)) {
        tokens.add(joined);
      }
      for (List<String> pieces : split.values()) {
        for (int i = 0; i + 1 < pieces.size(); i++) {
          if (pieces.get(i).equals(best.get(0)) && pieces.get(i + 1).equals(best.get(1))) {
            pieces.set(i, joined);
            pieces.remove(i + 1);
          }
        }
      }
    }
    return tokens;
  }

  private static boolean before(List<String> tokens, List<String> a, List<String> b) {
    int first = Integer.compare(tokens.indexOf(a.get(0)), tokens.indexOf(b.get(0)));
    return first < 0 || (first == 0 && tokens.indexOf(a.get(1)) < tokens.indexOf(b.get(1)));
  }

  @Test
  void resultDoesNotDependOnTheOrderOfTexts() {
    List<String> texts = sentences(7, 400);
    List<String> expected =
        WordPieceVocabulary.build(texts, VocabularyOptions.ofSize(300)).tokens();
    for (int seed = 0; seed < 3; seed++) {
      List<String> shuffled = new ArrayList<>(texts);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(WordPieceVocabulary.build(shuffled, VocabularyOptions.ofSize(300)).tokens())
          .as("seed " + seed)
          .isEqualTo(expected);
    }
    assertThat(expected).hasSize(300);
  }

  private static List<String> sentences(long seed, int count) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    String[] starts = {"re", "un", "over", "Pay", "Ship", "co", "äu"};
    String[] middles = {"load", "turn", "ment", "est", "ing", "pack", "er"};
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = 0; w < 6; w++) {
        text.append(starts[random.nextInt(starts.length)]);
        for (int m = random.nextInt(3); m >= 0; m--) {
          text.append(middles[random.nextInt(middles.length)]);
        }
        text.append(random.nextInt(4) == 0 ? "，退款 " : " ");
      }
      texts.add(text.append("😀!?").toString());
    }
    return texts;
  }

  @Test
  void itsTokenizerKnowsEveryTrainingWordAndSurvivesSaving() {
    List<String> texts = sentences(11, 300);
    for (boolean lower : new boolean[] {true, false}) {
      WordPieceVocabulary vocabulary =
          WordPieceVocabulary.build(texts, VocabularyOptions.ofSize(200).withLowercase(lower));
      Path saved = folder.resolve("lower-" + lower);
      try (Tokenizer tokenizer = vocabulary.tokenizer(48)) {
        tokenizer.save(saved);
        assertThat(tokenizer.vocabSize()).isEqualTo(vocabulary.tokens().size());
        assertThat(tokenizer.modelMaxLength()).hasValue(48);
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
          assertThat(tokenizer.idToToken(id)).isEqualTo(vocabulary.tokens().get(id));
        }
        List<Encoding> encodings = tokenizer.encodeAll(texts, EncodeOptions.DEFAULT);
        for (Encoding encoding : encodings) {
          assertThat(encoding.tokens()).as(encoding.text(0)).doesNotContain("[UNK]");
        }
        try (Tokenizer again = AutoTokenizer.open(saved)) {
          assertThat(again.encodeAll(texts, EncodeOptions.DEFAULT)).isEqualTo(encodings);
          assertThat(again.modelMaxLength()).hasValue(48);
        }
      }
    }
  }

  @Test
  void splitsWordsAsTheLibraryDoes() {
    List<String> texts =
        List.of(
            "Don't stop—ever! e-mail@x.org $5 ＡＢＣ，中文混排 text𠀀 \u200bzero\u00a0width İstanbul",
            "tab\tnew\nline\rreturn\u2028sep caf\u00e9 cafe\u0301 ½ ① ٣ हिन्दी ไทย 한국어 ñandú",
            "x\u0000y \uFFFDz \uE000private a\u0301\u0302 ^_` <|> ~ 😀👩‍💻 «quoted» ¿qué?");
    for (boolean lower : new boolean[] {true, false}) {
      WordPieceVocabulary vocabulary =
          WordPieceVocabulary.build(
              texts, VocabularyOptions.ofSize(5000).withLowercase(lower).withMinFrequency(1));
      try (Tokenizer tokenizer = vocabulary.tokenizer()) {
        for (String text : texts) {
          List<String> expected = new BertWords(lower).split(text);
          Encoding encoding =
              tokenizer.encode(text, EncodeOptions.DEFAULT.withSpecialTokens(false));
          // With every word learned as one token, tokens are words.
          assertThat(encoding.tokens()).as("lower " + lower).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void rareCharactersLeaveTheAlphabetAndCountAgainstCoverage() {
    WordPieceVocabulary vocabulary =
        WordPieceVocabulary.build(
            List.of("aa aa aa ab ab zq"), VocabularyOptions.ofSize(50).withAlphabetLimit(2));
    assertThat(vocabulary.tokens()).contains("a", "##a", "b", "##b").doesNotContain("z", "q");
    assertThat(vocabulary.coverage()).isEqualTo(5.0 / 6.0);
    WordPieceVocabulary tight =
        WordPieceVocabulary.build(List.of("aa aa aa ab ab"), VocabularyOptions.ofSize(8));
    assertThat(tight.tokens().subList(5, 8)).containsExactly("a", "##a", "aa");
    assertThat(tight.coverage()).isEqualTo(0.6);
  }

  @Test
  void uselessInputIsRefused() {
    assertThatThrownBy(
            () -> WordPieceVocabulary.build(List.of("", " \t"), VocabularyOptions.ofSize(50)))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no word to learn from");
    assertThatThrownBy(() -> WordPieceVocabulary.build(List.of("ab"), VocabularyOptions.ofSize(6)))
        .hasMessageContaining("no room for a single character");
    assertThatThrownBy(() -> VocabularyOptions.ofSize(5)).hasMessageContaining("[6, 8388608]");
    assertThatThrownBy(() -> VocabularyOptions.ofSize(50).withMinFrequency(0))
        .hasMessageContaining("minFrequency");
    assertThatThrownBy(() -> VocabularyOptions.ofSize(50).withAlphabetLimit(0))
        .hasMessageContaining("alphabetLimit");
  }
}
