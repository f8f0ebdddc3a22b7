package dev.bearhug.tasks.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tasks.report.MetricsEntry;
import dev.bearhug.tasks.report.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares what two runs left behind, figures that depend on time set aside. */
final class RunComparison {

  private RunComparison() {}

  static void assertSame(RunFolder expected, RunFolder actual) throws IOException {
    for (String name :
        List.of(
            "model/model.safetensors",
            "model/config.json",
            "model/tokenizer.json",
            "predictions_dev.jsonl")) {
      assertThat(read(actual, name)).as(name).isEqualTo(read(expected, name));
    }
    assertThat(figures(actual)).isEqualTo(figures(expected));
  }

  private static byte[] read(RunFolder folder, String name) throws IOException {
    return Files.readAllBytes(folder.path().resolve(Path.of(name)));
  }

  private static List<String> figures(RunFolder folder) {
    return MetricsLog.read(folder.metricsFile()).stream()
        .map(
            entry -> {
              Map<String, Double> figures = new LinkedHashMap<>(entry.figures());
              figures.remove(MetricsEntry.TOKENS_PER_SECOND);
              figures.remove(MetricsEntry.MEMORY_BYTES);
              return entry.kind() + " " + entry.step() + " " + entry.epoch() + " " + figures;
            })
        .toList();
  }
}
