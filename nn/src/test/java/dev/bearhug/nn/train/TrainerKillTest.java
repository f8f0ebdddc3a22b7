package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills real training processes; the last one ends as if there had been only one. */
class TrainerKillTest {

  /** Where the processes are killed, in order: in a step, and with half a checkpoint written. */
  private static final List<String> KILLS = List.of("step 5", "save 6");

  @TempDir private Path folder;

  @Test
  @Timeout(180)
  void endsLikeTheUninterruptedRun() throws Exception {
    EventLog whole = new EventLog();
    List<float[]> expected;
    try (ResumableRun run =
        new ResumableRun(folder.resolve("whole"), 1, ResumableRun.settings(2))) {
      run.trainer.listener(whole).build().run();
      expected = run.model.weights();
    }
    Path killed = folder.resolve("killed");
    Map<String, String> told = new LinkedHashMap<>();
    for (String place : KILLS) {
      train(killed, place, told);
    }
    train(killed, "never", told);

    assertThat(told.values())
        .as("losses and scores of all processes, each step once")
        .containsExactlyElementsOf(
            whole.lines.stream().filter(l -> l.matches("(step|eval end|epoch end) .*")).toList());
    try (ResumableRun run = new ResumableRun(killed, 2, ResumableRun.settings(2))) {
      assertThat(run.store.torn()).isEmpty();
      Checkpoint last = run.store.latestComplete().orElseThrow();
      assertThat(last.step()).isEqualTo(ResumableRun.STEPS);
      new ParameterFiles(run.model.parameters()).load(last.folder().resolve(Trainer.MODEL_FOLDER));
      assertThat(run.model.weights()).containsExactlyElementsOf(expected);
    }
    assertThat(killed.resolve("checkpoints/step-9/trainer.json"))
        .hasSameTextualContentAs(folder.resolve("whole/checkpoints/step-9/trainer.json"));
  }

  /**
   * Runs a process until it says that it is at the place, kills it there, and collects what it
   * told; what was told before of the same step must be told again alike.
   */
  private static void train(Path run, String place, Map<String, String> told) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // The same kernels as here: the bits of a sum depend on the width of the vectors.
      if (flag.startsWith("--add-modules") || flag.startsWith("--enable-native-access")) {
        command.add(flag);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Child.class.getName());
    command.add(run.toString());
    command.add(place);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    String line = "";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      while (line != null && !line.equals("at " + place) && !line.equals("finished")) {
        line = lines.readLine();
        output.append(line).append('\n');
        if (line != null && line.startsWith("told ")) {
          String[] words = line.split(" ", 4);
          String before = told.put(words[1] + " " + words[2], words[3]);
          assertThat(before).as(output.toString()).isIn(null, words[3]);
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(line)
        .as(output.toString())
        .isEqualTo(place.equals("never") ? "finished" : "at " + place);
  }

  /** The process that is killed: starts or goes on, and waits for its end at the given place. */
  static final class Child {
    private Child() {}

    /** Trains in the folder given first; the second argument is where to wait. */
    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      try (ResumableRun run = new ResumableRun(folder, 1, ResumableRun.settings(2))) {
        ModelFiles files = new ParameterFiles(run.model.parameters());
        EventLog log = new EventLog();
        Trainer trainer =
            run.trainer
                .listener(log)
                .listener(new Teller(log, args[1]))
                .checkpoints(run.store, new WaitingFiles(files, log, args[1]))
                .build();
        Checkpoint last = run.store.latestComplete().orElse(null);
        if (last == null) {
          trainer.run();
        } else {
          trainer.resume(last);
        }
        System.out.println("finished");
      }
    }

    private static void waitAt(String place, String wanted) {
      if (place.equals(wanted)) {
        System.out.println("at " + place);
        LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(1));
        throw new IllegalStateException("not killed at " + place);
      }
    }
  }

  /** Prints losses and scores with their step. */
  private record Teller(EventLog log, String place) implements TrainListener {

    @Override
    public void onStepEnd(TrainEvent.StepEnd event) {
      tell("step", event.step());
      Child.waitAt("step " + event.step(), place);
    }

    @Override
    public void onEpochEnd(TrainEvent.EpochEnd event) {
      tell("epoch", event.step());
    }

    @Override
    public void onEvalEnd(TrainEvent.EvalEnd event) {
      tell("eval", event.step());
    }

    private void tell(String what, long step) {
      System.out.println("told " + what + " " + step + " " + log.lines.getLast());
    }
  }

  /** Waits with the model written and the rest of the checkpoint not. */
  private record WaitingFiles(ModelFiles files, EventLog log, String place) implements ModelFiles {

    @Override
    public void save(Path target) throws IOException {
      files.save(target);
      Child.waitAt("save " + log.steps.getLast().step(), place);
    }

    @Override
    public void load(Path source) throws IOException {
      files.load(source);
    }
  }
}
