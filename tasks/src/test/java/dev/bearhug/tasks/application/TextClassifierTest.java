package dev.bearhug.tasks.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tasks.runner.Runner;
import dev.bearhug.tasks.runner.SmallRun;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextClassifierTest {

  private static final List<String> TEXTS =
      List.of("we saw a badger today", "who has my chisel ?", "no plum here", "wren");

  @TempDir static Path temp;
  private static Path run;

  @BeforeAll
  static void train() {
    run = temp.resolve("run");
    new Runner(SmallRun.config(SmallRun.data(temp.resolve("data"), 120, 30), run)).run();
  }

  @Test
  void answersInOrderAndGivesItsMemoryBack() {
    long live = Backends.get("cpu").allocator(Device.CPU).stats().live();
    try (TextClassifier classifier = TextClassifier.open(run)) {
      List<Classification> answers = classifier.classify(TEXTS);
      assertThat(answers)
          .extracting(Classification::label)
          .containsExactly("animal", "tool", "fruit", "animal");
      assertThat(answers.get(0).probability()).isBetween(0.5, 1.0);
      assertThat(answers.get(0).probabilities().keySet())
          .containsExactlyInAnyOrderElementsOf(SmallRun.LABELS);
      assertThat(classifier.classify(List.of())).isEmpty();
    }
    assertThat(Backends.get("cpu").allocator(Device.CPU).stats().live()).isEqualTo(live);
  }

  @Test
  void opensAModelFolderAlike() {
    try (TextClassifier ofRun = TextClassifier.open(run);
        TextClassifier ofModel = TextClassifier.open(run.resolve("model"))) {
      assertThat(ofModel.classify(TEXTS)).isEqualTo(ofRun.classify(TEXTS));
      assertThat(ofModel.maxLength()).isEqualTo(ofRun.maxLength());
    }
  }

  @Test
  void manyThreadsGetTheSameAnswers() throws Exception {
    try (TextClassifier classifier = TextClassifier.open(run);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Classification> expected = classifier.classify(TEXTS);
      List<Future<List<Classification>>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(threads.submit(() -> classifier.classify(TEXTS)));
      }
      for (Future<List<Classification>> answer : answers) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void longTextsAreCutAndSaySo() {
    try (TextClassifier classifier = TextClassifier.open(run)) {
      String text = String.join(" ", Collections.nCopies(30, "hammer"));
      Classification answer = classifier.classify(List.of(text)).get(0);
      assertThat(answer.cutTokens()).isEqualTo(30 - (classifier.maxLength() - 2));
    }
  }

  @Test
  void pairsEmptyTextsAndClosing() {
    TextClassifier classifier = TextClassifier.open(run);
    assertThat(classifier.classifyPairs(List.of("a wren"), List.of("a goose"))).hasSize(1);
    assertThatThrownBy(() -> classifier.classifyPairs(TEXTS, List.of("one")))
        .hasMessageContaining("(first 4, second 1)");
    assertThatThrownBy(() -> classifier.classify(List.of("a", " ")))
        .hasMessageContaining("text 2 is empty");
    classifier.close();
    classifier.close();
    assertThatThrownBy(() -> classifier.classify(TEXTS)).hasMessageContaining("it is closed");
  }
}
