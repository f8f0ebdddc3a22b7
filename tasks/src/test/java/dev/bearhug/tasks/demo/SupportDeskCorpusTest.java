package dev.bearhug.tasks.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupportDeskCorpusTest {
  private static final long SEED = 7;

  private static Set<String> normalised(List<LabelledText> examples) {
    return examples.stream()
        .map(e -> SupportDeskCorpus.normalised(e.text()))
        .collect(Collectors.toSet());
  }

  private static String hash(Path folder) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String name : List.of("train.json", "dev.json", "label_names.json")) {
      digest.update(Files.readAllBytes(folder.resolve(name)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void sameSeedGivesTheSameBytesAndAnotherSeedDoesNot(@TempDir Path root) throws Exception {
    SupportDeskCorpus.write(root.resolve("a"), SEED);
    SupportDeskCorpus.write(root.resolve("b"), SEED);
    SupportDeskCorpus.write(root.resolve("c"), SEED + 1);

    assertThat(hash(root.resolve("a"))).isEqualTo(hash(root.resolve("b")));
    assertThat(hash(root.resolve("a"))).isNotEqualTo(hash(root.resolve("c")));
  }

  @Test
  void writtenFolderHoldsLabelledJsonLines(@TempDir Path folder) throws IOException {
    ObjectMapper json = new ObjectMapper();
    SupportDeskCorpus.write(folder, SEED);
    SupportDeskCorpus corpus = new SupportDeskCorpus(SEED);

    List<String> labels = new ArrayList<>();
    json.readTree(folder.resolve("label_names.json").toFile())
        .fieldNames()
        .forEachRemaining(labels::add);
    assertThat(labels).hasSize(10).containsExactlyElementsOf(corpus.labels().keySet());
    List<LabelledText> read = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("train.json"))) {
      JsonNode row = json.readTree(line);
      assertThat(labels).contains(row.path("label").asText());
      read.add(new LabelledText(row.path("sentence1").asText(), row.path("label").asText()));
    }
    assertThat(read).isEqualTo(corpus.examples(Split.TRAIN));
    assertThat(Files.readAllLines(folder.resolve("dev.json"))).hasSize(500);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, SEED, -3, Long.MAX_VALUE})
  void splitsAreBalancedAndShareNoSentence(long seed) {
    SupportDeskCorpus corpus = new SupportDeskCorpus(seed);
    List<LabelledText> train = corpus.examples(Split.TRAIN);
    List<LabelledText> dev = corpus.examples(Split.DEV);

    assertThat(train).as("seed %d", seed).hasSize(2500);
    assertThat(dev).as("seed %d", seed).hasSize(500);
    assertThat(counts(train).values()).as("seed %d", seed).containsOnly(250L);
    assertThat(counts(dev).values()).as("seed %d", seed).containsOnly(50L);
    assertThat(normalised(train)).as("seed %d", seed).hasSize(2500);
    assertThat(normalised(dev))
        .as("seed %d", seed)
        .hasSize(500)
        .doesNotContainAnyElementsOf(normalised(train));
    for (Language language : Language.values()) {
      assertThat(normalised(SupportDeskCorpus.showcase(language)))
          .as("seed %d", seed)
          .doesNotContainAnyElementsOf(normalised(train))
          .doesNotContainAnyElementsOf(normalised(dev));
    }
  }

  private static Map<String, Long> counts(List<LabelledText> examples) {
    return examples.stream()
        .collect(Collectors.groupingBy(LabelledText::label, Collectors.counting()));
  }

  @Test
  void heldOutWordsAppearInDevAlone() {
    SupportDeskCorpus corpus = new SupportDeskCorpus(SEED);
    String train = String.join("\n", normalised(corpus.examples(Split.TRAIN)));
    String dev = String.join("\n", normalised(corpus.examples(Split.DEV)));

    for (String word : List.of("tripod", "toaster", "fortnight", "三脚架", "烤面包机", "辛苦了")) {
      assertThat(train).doesNotContain(word);
      assertThat(dev).contains(word);
    }
    assertThat(train).doesNotContain("enough of this robot").doesNotContain("看不了");
    assertThat(dev).contains("enough of this robot").contains("看不了");
  }

  @Test
  void mostWordsOfDevCanBeLearnedFromTrain() {
    SupportDeskCorpus corpus = new SupportDeskCorpus(SEED);
    Set<String> known = new HashSet<>();
    corpus.examples(Split.TRAIN).forEach(e -> known.addAll(tokens(e.text())));
    long all = 0;
    long unknown = 0;
    for (LabelledText example : corpus.examples(Split.DEV)) {
      List<String> tokens = tokens(example.text());
      all += tokens.size();
      unknown += tokens.stream().filter(t -> !known.contains(t)).count();
    }
    assertThat((double) unknown / all).isBetween(0.01, 0.08);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, SEED, 2026})
  void countingWordsGoesFarButNotAllTheWay(long seed) {
    SupportDeskCorpus corpus = new SupportDeskCorpus(seed);
    NaiveBayes model = new NaiveBayes(corpus.examples(Split.TRAIN));

    assertThat(model.accuracy(corpus.examples(Split.DEV)))
        .as("dev accuracy of naive Bayes, seed %d", seed)
        .isBetween(0.80, 0.98);
    for (Language language : Language.values()) {
      assertThat(SupportDeskCorpus.showcase(language))
          .allSatisfy(e -> assertThat(corpus.labels()).containsKey(e.label()));
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed(@TempDir Path root) throws IOException {
    Path file = Files.writeString(root.resolve("file"), "x");
    assertThatThrownBy(() -> SupportDeskCorpus.write(file, SEED))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("demo data: cannot write to " + file);
  }

  /** Words of Latin script and digits, single characters of Chinese. */
  static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    for (String word : SupportDeskCorpus.normalised(text).split(" ")) {
      if (word.codePoints().anyMatch(Character::isIdeographic)) {
        word.codePoints().forEach(c -> tokens.add(Character.toString(c)));
      } else {
        tokens.add(word);
      }
    }
    return tokens;
  }

  /** Multinomial naive Bayes with add-one smoothing. */
  private static final class NaiveBayes {
    private final Map<String, Map<String, Integer>> counts = new HashMap<>();
    private final Map<String, Integer> totals = new HashMap<>();
    private final Set<String> vocabulary = new HashSet<>();

    NaiveBayes(List<LabelledText> train) {
      for (LabelledText example : train) {
        for (String token : tokens(example.text())) {
          counts
              .computeIfAbsent(example.label(), k -> new HashMap<>())
              .merge(token, 1, Integer::sum);
          totals.merge(example.label(), 1, Integer::sum);
          vocabulary.add(token);
        }
      }
    }

    String predict(String text) {
      String best = null;
      double bestScore = Double.NEGATIVE_INFINITY;
      for (String label : new TreeSet<>(counts.keySet())) {
        double score = 0;
        for (String token : tokens(text)) {
          double count = counts.get(label).getOrDefault(token, 0) + 1.0;
          score += Math.log(count / (totals.get(label) + vocabulary.size()));
        }
        if (score > bestScore) {
          bestScore = score;
          best = label;
        }
      }
      return best;
    }

    double accuracy(List<LabelledText> examples) {
      long right = examples.stream().filter(e -> predict(e.text()).equals(e.label())).count();
      return (double) right / examples.size();
    }
  }
}
