package dev.bearhug.tasks.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.report.MetricsEntry;
import dev.bearhug.tasks.report.MetricsLog;
import dev.bearhug.tasks.report.RunReport;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.memory.LeakTracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnerTest {

  @TempDir Path temp;

  private RunConfig config(String output, String... settings) {
    Path data = temp.resolve("data");
    if (!Files.exists(data)) {
      SmallRun.data(data, 120, 45);
    }
    return SmallRun.config(data, temp.resolve(output), settings);
  }

  @Test
  void learnsAndLeavesAllFilesAndNoTensors() throws IOException {
    long live = live();
    long leaked = LeakTracker.leaked();
    RunResult result = new Runner(config("run")).run();

    RunReport report = result.report();
    assertThat(report.status()).isEqualTo(RunReport.Status.COMPLETED);
    assertThat(report.evaluation().metrics().get("accuracy")).isGreaterThan(0.9);
    assertThat(report.training().steps()).isEqualTo(120);
    assertThat(report.data().trainExamples()).isEqualTo(120);
    RunFolder folder = result.folder();
    assertThat(RunReport.read(folder.reportFile())).isEqualTo(report);
    assertThat(Files.readAllLines(folder.predictions("dev"))).hasSize(45);
    assertThat(Files.readString(folder.model().resolve("config.json")))
        .contains("\"id2label\"", "\"animal\"");
    assertThat(folder.model().resolve("model.safetensors")).exists();
    assertThat(folder.model().resolve("tokenizer.json")).exists();
    assertThat(folder.plots().resolve("loss.png")).exists();
    assertThat(folder.plots().resolve("confusion_matrix.png")).exists();
    assertThat(Files.readString(folder.logFile())).contains("training from step 0", "complete");
    assertThat(report.files()).contains("run.json", "metrics.jsonl", "model/model.safetensors");
    List<MetricsEntry> entries = MetricsLog.read(folder.metricsFile());
    assertThat(entries).extracting(MetricsEntry::kind).contains(MetricsEntry.Kind.EVAL);
    assertThat(live()).as("bytes of live tensors after the run").isEqualTo(live);
    assertThat(LeakTracker.leaked()).isEqualTo(leaked);
  }

  private static long live() {
    return Backends.get("cpu").allocator(Device.CPU).stats().live();
  }

  @Test
  void runJsonAloneRepeatsTheRun() throws IOException {
    RunResult first = new Runner(config("one")).run();
    RunConfig read = first.folder().readConfig();
    assertThat(read).isEqualTo(config("one"));
    RunResult second = new Runner(config("two")).run();
    RunComparison.assertSame(first.folder(), second.folder());
  }

  @Test
  void scoresDoNotDependOnTheBatchSize() {
    RunFolder folder = new Runner(config("run")).run().folder();
    try (TrainedModel trained = TrainedModel.open(folder.path(), Device.CPU)) {
      Judgement one = Judgement.of(trained, trained.data(), Split.DEV, 1, RunOutput.SILENT);
      for (int batchSize : new int[] {7, 32, 1000}) {
        Judgement other =
            Judgement.of(trained, trained.data(), Split.DEV, batchSize, RunOutput.SILENT);
        assertThat(other.evaluation().confusion()).isEqualTo(one.evaluation().confusion());
        assertThat(other.evaluation().metrics().get("loss"))
            .as("batch size %d", batchSize)
            .isCloseTo(one.evaluation().metrics().get("loss"), within(1e-6));
      }
    }
  }

  @Test
  void aFolderWithFilesIsRefusedAndKept() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("mine"));
    Files.writeString(folder.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> new Runner(config("mine")).run())
        .isInstanceOf(RunException.class)
        .hasMessageContaining("is not empty (thesis.txt)");
    assertThatThrownBy(() -> new Runner(config("mine", "output.overwrite=true")).run())
        .hasMessageContaining("but no run, so that --overwrite does not touch it");
    assertThatThrownBy(() -> new Runner(config("mine")).resume(true).run())
        .hasMessageContaining("is not empty");
    assertThat(folder.resolve("thesis.txt")).hasContent("years of work");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void anEarlierRunIsReplacedOnlyOnDemand() throws IOException {
    RunFolder folder = new Runner(config("run", "train.maxSteps=2")).run().folder();
    Files.writeString(folder.path().resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> new Runner(config("run")).run())
        .hasMessageContaining("It holds a run: go on with it by --resume");
    RunConfig again = config("run", "train.maxSteps=3", "output.overwrite=true");
    assertThat(new Runner(again).run().report().training().steps()).isEqualTo(3);
    assertThat(folder.path().resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void aCompleteRunIsLeftAlone() throws IOException {
    RunFolder folder = new Runner(config("run", "train.maxSteps=2")).run().folder();
    String report = Files.readString(folder.reportFile());
    RunResult again = new Runner(config("run", "train.maxSteps=2")).resume(true).run();
    assertThat(again.alreadyComplete()).isTrue();
    assertThat(folder.reportFile()).hasContent(report);
  }

  @Test
  void otherSettingsOrDataCannotBeResumed() throws IOException {
    RunFolder folder = new Runner(config("run", "train.maxSteps=2")).run().folder();
    Files.delete(folder.reportFile());
    assertThatThrownBy(
            () ->
                new Runner(config("run", "train.maxSteps=2", "train.batchSize=4"))
                    .resume(true)
                    .run())
        .hasMessageContaining("train.batchSize: began with 8, now 4");
    SmallRun.data(temp.resolve("data"), 121, 45);
    assertThatThrownBy(() -> new Runner(config("run", "train.maxSteps=2")).resume(true).run())
        .hasMessageContaining("the data changed since the run");
  }

  @Test
  void longTextsAreCountedAndReported() throws IOException {
    RunReport report =
        new Runner(config("run", "train.maxSteps=2", "tokenizer.maxLength=6")).run().report();
    assertThat(report.data().truncatedExamples()).isPositive();
    assertThat(report.warnings()).anyMatch(w -> w.contains("longer than 6 tokens and were cut"));
  }
}
