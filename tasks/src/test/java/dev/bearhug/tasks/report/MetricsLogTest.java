package dev.bearhug.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void setUp() {
    file = folder.resolve("run/metrics.jsonl");
  }

  private static MetricsEntry train(long step) {
    return MetricsEntry.train(step, step / 3.0, 1.0 / step, 2e-5 * step, Math.PI, 1e4, 123_456_789);
  }

  private static void appendAll(MetricsLog log, long from, long to) {
    for (long step = from; step <= to; step++) {
      log.append(train(step));
      if (step % 5 == 0) {
        log.append(MetricsEntry.eval(step, step / 3.0, Map.of("accuracy", 0.1 * step)));
      }
    }
  }

  @Test
  void writesOneReadableObjectALine() throws IOException {
    try (MetricsLog log = MetricsLog.create(file)) {
      log.append(train(1));
      assertThat(Files.readString(file))
          .as("visible before the log is closed")
          .isEqualTo(
              "{\"kind\":\"train\",\"step\":1,\"epoch\":0.3333333333333333,\"loss\":1.0,"
                  + "\"learning_rate\":2.0E-5,\"gradient_norm\":3.141592653589793,"
                  + "\"tokens_per_second\":10000.0,\"memory_bytes\":123456789}\n");
    }
    assertThat(MetricsLog.read(file)).containsExactly(train(1));
  }

  @Test
  void keepsNumbersThatAreNotFinite() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("loss", Double.NaN);
    figures.put("gradient_norm", Double.POSITIVE_INFINITY);
    figures.put("margin", Double.NEGATIVE_INFINITY);
    MetricsEntry entry = new MetricsEntry(MetricsEntry.Kind.TRAIN, 3, Double.NaN, figures);
    try (MetricsLog log = MetricsLog.create(file)) {
      log.append(entry);
    }
    assertThat(MetricsLog.read(file)).containsExactly(entry);
  }

  @Test
  void aResumedLogEqualsAnUninterruptedOne() throws IOException {
    Path whole = folder.resolve("whole.jsonl");
    try (MetricsLog log = MetricsLog.create(whole)) {
      appendAll(log, 1, 40);
    }
    try (MetricsLog log = MetricsLog.create(file)) {
      appendAll(log, 1, 23);
    }
    try (MetricsLog log = MetricsLog.resume(file, 20)) {
      appendAll(log, 21, 40);
    }
    assertThat(Files.readString(file)).isEqualTo(Files.readString(whole));
    assertThat(Files.list(file.getParent())).as("no temporary file left").containsExactly(file);
  }

  @Test
  void everyTornLastLineIsTolerated() throws IOException {
    try (MetricsLog log = MetricsLog.create(file)) {
      log.append(train(1));
      log.append(MetricsEntry.eval(2, 0.5, Map.of("名前", 0.25)));
    }
    byte[] all = Files.readAllBytes(file);
    int firstEnd = new String(all, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
    for (int length = firstEnd; length < all.length - 1; length++) {
      Files.write(file, Arrays.copyOf(all, length));
      assertThat(MetricsLog.read(file)).as("cut at %d", length).containsExactly(train(1));
      MetricsLog.resume(file, 9).close();
      assertThat(Files.size(file)).as("cut at %d", length).isEqualTo(firstEnd);
    }
    Files.write(file, Arrays.copyOf(all, all.length - 1));
    assertThat(MetricsLog.read(file)).as("only the line end is missing").hasSize(2);
    MetricsLog.resume(file, 9).close();
    assertThat(Files.readAllBytes(file)).isEqualTo(all);
  }

  @Test
  void aBrokenLineInTheMiddleIsNamed() throws IOException {
    try (MetricsLog log = MetricsLog.create(file)) {
      log.append(train(1));
    }
    Files.writeString(file, "{\"step\":\n", StandardOpenOption.APPEND);
    Files.writeString(file, "{\"kind\":\"train\",\"step\":2}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> MetricsLog.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("metrics: " + file + ", line 2: not JSON");
    List<String> before = Files.readAllLines(file);
    assertThatThrownBy(() -> MetricsLog.resume(file, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Files.readAllLines(file)).as("nothing lost").isEqualTo(before);
  }

  @Test
  void linesOfAnotherKindAreNamed() throws IOException {
    Files.createDirectories(file.getParent());
    Map<String, String> messages =
        Map.of(
            "[1]", "whole number \"step\"",
            "{\"kind\":\"train\",\"step\":1.5}", "whole number \"step\"",
            "{\"kind\":\"x\",\"step\":1,\"epoch\":1}", "\"kind\" is \"x\"",
            "{\"kind\":\"eval\",\"step\":1,\"epoch\":1,\"f1\":\"high\"}", "\"f1\" is no number",
            "{\"kind\":\"eval\",\"step\":-1,\"epoch\":1}", "must not be negative",
            "{\"kind\":\"eval\",\"step\":1,\"epoch\":1} x", "not JSON");
    for (Map.Entry<String, String> message : messages.entrySet()) {
      Files.writeString(file, message.getKey() + "\n\n");
      assertThatThrownBy(() -> MetricsLog.read(file)).hasMessageContaining(message.getValue());
    }
  }

  @Test
  void anEarlierLogIsNeverOverwritten() throws IOException {
    MetricsLog.create(file).close();
    assertThatThrownBy(() -> MetricsLog.create(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("exists already");
    Files.delete(file);
    try (MetricsLog log = MetricsLog.resume(file, 10)) {
      log.append(train(11));
      log.sync();
    }
    assertThat(MetricsLog.read(file)).containsExactly(train(11));
  }

  @Test
  void aClosedLogTakesNoMoreLines() {
    MetricsLog log = MetricsLog.create(file);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(train(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("metrics: cannot write step 1 to " + file);
  }

  @Test
  void figuresCannotTakeTheNamesOfOtherKeys() {
    assertThatThrownBy(() -> MetricsEntry.eval(1, 1, Map.of("step", 1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"step\" cannot name a figure");
  }
}
