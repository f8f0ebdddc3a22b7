package dev.bearhug.tasks.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tasks.cli.Main;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills training processes and resumes them until they are done; nothing may differ. */
@Tag("slow")
class KilledRunTest {

  private static final int LINES = 200;
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir Path temp;

  @Test
  void killedAndResumedRunsEqualTheUninterruptedOne() throws Exception {
    Path data = SmallRun.data(temp.resolve("data"), 96, 30);
    RunFolder whole = RunFolder.of(temp.resolve("whole"));
    assertThat(waitFor(start(data, whole, 0))).as(log(whole, 0)).isZero();
    assertThat(Files.readAllLines(whole.metricsFile())).hasSizeGreaterThan(LINES);

    RunFolder broken = RunFolder.of(temp.resolve("broken"));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<BooleanSupplier> moments = new ArrayList<>();
    moments.add(() -> Files.exists(broken.configFile()));
    moments.add(() -> lines(broken) >= 1 + random.nextInt(5));
    for (int i = 0; i < 3; i++) {
      int line = 10 + random.nextInt(150);
      moments.add(() -> lines(broken) >= line);
      moments.add(() -> lines(broken) >= line && writesCheckpoint(broken));
    }
    moments.add(() -> Files.exists(broken.predictions("dev")));
    int kills = 0;
    for (int i = 0; i < moments.size(); i++) {
      Process process = start(data, broken, i);
      kills += killAt(process, moments.get(i)) ? 1 : 0;
    }
    int last = moments.size();
    assertThat(waitFor(start(data, broken, last))).as(log(broken, last)).isZero();
    assertThat(kills).as("processes killed (seed %d)", seed).isGreaterThanOrEqualTo(4);
    RunComparison.assertSame(whole, broken);
    assertThat(Files.readString(broken.logFile())).contains("going on after step");
  }

  private static Process start(Path data, RunFolder folder, int number) throws IOException {
    Path output = folder.path();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("train", "--resume", "--data", data.toString()));
    command.addAll(List.of("--output", output.toString()));
    for (String setting :
        List.of(
            "tokenizer.vocabularySize=300",
            "tokenizer.maxLength=16",
            "train.epochs=16",
            "train.batchSize=8",
            "train.logEvery=1",
            "train.saveEvery=7",
            "train.earlyStoppingPatience=null",
            "train.threads=2",
            "train.device=cpu")) {
      command.addAll(List.of("--set", setting));
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(logFile(folder, number).toFile())
        .start();
  }

  private static Path logFile(RunFolder folder, int number) {
    return folder.path().resolveSibling(folder.path().getFileName() + "-" + number + ".log");
  }

  private static String log(RunFolder folder, int number) throws IOException {
    return Files.readString(logFile(folder, number));
  }

  private static int waitFor(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Kills the process when the moment has come; returns false when it ended before. */
  private static boolean killAt(Process process, BooleanSupplier moment)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (process.isAlive() && !moment.getAsBoolean() && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    boolean alive = process.isAlive();
    process.destroyForcibly().waitFor();
    return alive;
  }

  private static long lines(RunFolder folder) {
    try {
      return Files.exists(folder.metricsFile())
          ? Files.readAllLines(folder.metricsFile()).size()
          : 0;
    } catch (IOException e) {
      return 0; // The file is being replaced; the next look will tell.
    }
  }

  private static boolean writesCheckpoint(RunFolder folder) {
    Path checkpoints = folder.path().resolve("checkpoints");
    try (DirectoryStream<Path> found = Files.newDirectoryStream(checkpoints, ".tmp-*")) {
      return found.iterator().hasNext();
    } catch (IOException e) {
      return false; // Not there yet.
    }
  }
}
