package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is stopped at any step and resumed equals the uninterrupted one bit for bit. */
class ResumeTest {
  @TempDir Path folder;

  @Test
  void equalsTheUninterruptedRunWhereverItWasStopped() throws IOException {
    EventLog wholeLog = new EventLog();
    List<float[]> expected;
    try (ResumableRun whole =
        new ResumableRun(folder.resolve("whole"), 1, ResumableRun.settings(2))) {
      assertThat(whole.trainer.listener(wholeLog).build().run().steps())
          .isEqualTo(ResumableRun.STEPS);
      expected = whole.model.weights();
    }
    for (int stop = 1; stop < ResumableRun.STEPS; stop++) {
      Path place = folder.resolve("stop-" + stop);
      EventLog log = new EventLog();
      try (ResumableRun first = new ResumableRun(place, 1, ResumableRun.settings(2))) {
        stopAfter(first, stop, log);
      }
      // Another seed: nothing of the new model's own weights may remain.
      try (ResumableRun second = new ResumableRun(place, 99, ResumableRun.settings(2))) {
        Checkpoint last = second.store.latestComplete().orElseThrow();
        assertThat(last.step()).isEqualTo(stop);
        second.trainer.listener(log).build().resume(last);
        assertThat(second.model.weights())
            .as("stopped after step %d", stop)
            .containsExactlyElementsOf(expected);
      }
      assertThat(told(log)).as("stopped after step %d", stop).isEqualTo(told(wholeLog));
    }
  }

  @Test
  void aFinishedRunHasNothingLeftToDo() throws IOException {
    try (ResumableRun whole = new ResumableRun(folder, 1, ResumableRun.settings(2))) {
      whole.trainer.build().run();
    }
    try (ResumableRun again = new ResumableRun(folder, 2, ResumableRun.settings(2))) {
      TrainResult result = again.trainer.build().resume(again.store.latestComplete().orElseThrow());
      assertThat(result.reason()).isEqualTo(TrainResult.Reason.COMPLETED);
      assertThat(result.steps()).isEqualTo(ResumableRun.STEPS);
      assertThat(result.bestStep()).isPositive();
    }
  }

  @Test
  void refusesOtherSettings() throws IOException {
    try (ResumableRun first = new ResumableRun(folder, 1, ResumableRun.settings(2))) {
      stopAfter(first, 2, new EventLog());
    }
    try (ResumableRun other = new ResumableRun(folder, 1, ResumableRun.settings(3))) {
      Checkpoint last = other.store.latestComplete().orElseThrow();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> other.trainer.build().resume(last))
          .withMessageContaining("(saved: accumulate 2, batches per epoch 6, seed 17, metric")
          .withMessageContaining("Resume with the settings of the interrupted run");
    }
  }

  @Test
  void refusesADamagedState() throws IOException {
    Path checkpoint;
    try (ResumableRun first = new ResumableRun(folder, 1, ResumableRun.settings(2))) {
      stopAfter(first, 2, new EventLog());
      checkpoint = first.store.latestComplete().orElseThrow().folder();
    }
    Path file = checkpoint.resolve("trainer.json");
    String good = Files.readString(file);
    Map<String, String> damages =
        Map.of(
            good.replace("bearhug-trainer-1", "x"),
            "its format is \"x\", not bearhug-trainer-1",
            good.replace("\"step\" : 2", "\"step\" : -2"),
            "step is negative: -2",
            good.replace("\"stream\" :", "\"strem\" :"),
            "stream must be a whole number",
            good.replace("\"batch\" : 4", "\"batch\" : 400"),
            "batch not beyond the epoch",
            good.substring(0, good.length() / 2),
            "it is no JSON",
            "[]",
            "its format is");
    for (Map.Entry<String, String> damage : damages.entrySet()) {
      Files.writeString(file, damage.getKey());
      assertThatThrownBy(() -> RunCheckpoints.readState(checkpoint))
          .as(damage.getKey())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("trainer state: cannot use " + file)
          .hasMessageContaining(damage.getValue());
    }
  }

  @Test
  void refusesWeightsOfAnotherModel() throws IOException {
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0)) {
      ParameterFiles files = new ParameterFiles(model.parameters());
      files.save(folder);
      ParameterFiles fewer = new ParameterFiles(model.parameters().subList(1, 5));
      assertThatThrownBy(() -> fewer.load(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("(1 differences): unexpected embedding.weight");
      List<float[]> before = model.weights();
      model.parameters().forEach(p -> p.assign(Tensor.zerosLike(p.tensor())));
      files.load(folder);
      assertThat(model.weights()).containsExactlyElementsOf(before);
    }
  }

  @Test
  void oneTrainerMakesOneRun() throws IOException {
    try (ResumableRun run = new ResumableRun(folder, 1, ResumableRun.settings(2))) {
      Trainer trainer = run.trainer.build();
      trainer.run();
      assertThatThrownBy(trainer::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one instance makes one run");
    }
  }

  private static void stopAfter(ResumableRun run, int step, EventLog log) throws IOException {
    Trainer[] trainer = new Trainer[1];
    trainer[0] =
        run.trainer
            .listener(log)
            .listener(
                new TrainListener() {
                  @Override
                  public void onStepEnd(TrainEvent.StepEnd event) {
                    if (event.step() == step) {
                      trainer[0].requestStop();
                    }
                  }
                })
            .build();
    assertThat(trainer[0].run().reason()).isEqualTo(TrainResult.Reason.STOP_REQUESTED);
  }

  /** What happened, without starts and ends of processes and the checkpoints of stops. */
  private static List<String> told(EventLog log) {
    return log.lines.stream().filter(l -> !l.matches("(start|end|saved) .*")).toList();
  }
}
