package dev.bearhug.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tasks.metric.ConfusionMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  @TempDir Path folder;

  private static RunReport report(double loss) {
    List<String> labels = List.of("退款", "invoice");
    return new RunReport(
        RunReport.Status.STOPPED_EARLY,
        "classification",
        "2026-01-02T03:04:05Z",
        12.5,
        new RunReport.Setup("mini", 11_171_074, 514, "cpu", "f32", 2, 42, "25", "Linux amd64"),
        new RunReport.Data(2500, 500, 3, labels),
        new RunReport.Training(800, 5.1, loss, 3000, 0.25, 1L << 40),
        new RunReport.Evaluation(
            "accuracy",
            0.94,
            700,
            Map.of("accuracy", 0.94),
            ConfusionTable.of(
                labels, ConfusionMatrix.of(new int[] {0, 1, 1}, new int[] {0, 1, 0}, 2))),
        List.of("3 texts were cut"),
        List.of("metrics.jsonl"));
  }

  @Test
  void readsBackWhatItWrote() throws IOException {
    Path file = folder.resolve("new/report.json");
    report(0.5).write(file);
    report(Double.NaN).write(file);
    assertThat(RunReport.read(file)).isEqualTo(report(Double.NaN));
    assertThat(Files.readString(file)).contains("\"STOPPED_EARLY\"", "退款");
    assertThat(Files.list(file.getParent())).containsExactly(file);
  }

  @Test
  void partsThatDoNotApplyAreLeftOut() throws IOException {
    Path file = folder.resolve("report.json");
    RunReport full = report(1);
    new RunReport(
            RunReport.Status.COMPLETED,
            full.task(),
            full.started(),
            1,
            full.setup(),
            full.data(),
            null,
            null,
            null,
            null)
        .write(file);
    assertThat(Files.readString(file)).doesNotContain("training", "evaluation");
    assertThat(RunReport.read(file).warnings()).isEmpty();
  }

  @Test
  void ignoresKeysOfLaterVersionsAndNamesBrokenFiles() throws IOException {
    Path file = folder.resolve("report.json");
    Files.writeString(file, "{\"status\": \"FAILED\", \"news\": 1}");
    assertThat(RunReport.read(file).status()).isEqualTo(RunReport.Status.FAILED);
    Files.writeString(file, "{\"status\": ");
    assertThatThrownBy(() -> RunReport.read(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("report: cannot read " + file);
  }

  @Test
  void confusionTableNamesTheCountsByTruthAndPrediction() {
    ConfusionMatrix matrix = ConfusionMatrix.of(new int[] {0, 0, 0, 1}, new int[] {0, 1, 1, 1}, 3);
    ConfusionTable table = ConfusionTable.of(List.of("a", "b", "c"), matrix);
    assertThat(table.counts())
        .containsExactly(List.of(1L, 2L, 0L), List.of(0L, 1L, 0L), List.of(0L, 0L, 0L));
    assertThat(table.rowTotal(0)).isEqualTo(3);
    assertThat(table.rowShare(0, 1)).isEqualTo(2 / 3.0);
    assertThat(table.rowShare(2, 2)).isZero();
  }

  @Test
  void confusionTableRefusesWhatDoesNotFit() {
    List<String> labels = List.of("a", "b");
    ConfusionMatrix larger = ConfusionMatrix.of(new int[0], new int[0], 3);
    assertThatThrownBy(() -> ConfusionTable.of(labels, larger))
        .hasMessageContaining("row [0, 0, 0], 2 labels");
    assertThatThrownBy(() -> new ConfusionTable(labels, List.of(List.of(1L, 2L))))
        .hasMessageContaining("1 rows, 2 labels");
    assertThatThrownBy(() -> new ConfusionTable(labels, List.of(List.of(1L), List.of(1L))))
        .hasMessageContaining("row [1], 2 labels");
    assertThatThrownBy(() -> new ConfusionTable(List.of("a"), List.of(List.of(-1L))))
        .hasMessageContaining("not negative");
  }
}
