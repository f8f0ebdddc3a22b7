package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.backend.PhiloxGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes while they write checkpoints. */
class CheckpointKillTest {
  private static final int KILLS = 3;
  private static final int FILES = 3;
  private static final int FILE_BYTES = 64 << 10;
  private static final long SEED = 20_240_611;

  @TempDir private Path run;

  @Test
  @Timeout(120)
  void aKilledProcessAlwaysLeavesACompleteCheckpoint() throws Exception {
    PhiloxGenerator random = new PhiloxGenerator(SEED, 0);
    long last = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int delay = random.nextInt(60);
      String label = "seed " + SEED + ", kill " + kill + " after " + delay + " ms";
      killAfterFirstCheckpoint(delay, label);
      try (CheckpointStore store = CheckpointStore.open(run)) {
        assertThat(store.torn()).as(label).isEmpty();
        Checkpoint latest = store.latestComplete().orElseThrow();
        assertThat(latest.step()).as(label).isGreaterThan(last);
        assertIntact(latest, label);
        assertIntact(store.best().orElseThrow(), label);
        last = latest.step();
      }
      try (Stream<Path> entries = Files.list(run.resolve("checkpoints"))) {
        assertThat(entries.map(p -> p.getFileName().toString()))
            .as(label)
            .noneMatch(name -> name.contains(".tmp-"));
      }
    }
  }

  private void killAfterFirstCheckpoint(int delayMillis, String label) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                run.toString())
            .redirectErrorStream(true)
            .start();
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.equals("written")) {
        output.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as("%s; the writer said: %s", label, output).isEqualTo("written");
      Thread.sleep(delayMillis);
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  private static void assertIntact(Checkpoint checkpoint, String label) throws IOException {
    for (int file = 0; file < FILES; file++) {
      assertThat(Files.readAllBytes(checkpoint.folder().resolve("part-" + file)))
          .as("%s, step %d, part %d", label, checkpoint.step(), file)
          .isEqualTo(content(checkpoint.step()));
    }
  }

  private static byte[] content(long step) {
    byte[] bytes = new byte[FILE_BYTES];
    Arrays.fill(bytes, (byte) step);
    return bytes;
  }

  /** The process that is killed: goes on from the last checkpoint for ever. */
  static final class Writer {
    private Writer() {}

    /** Writes checkpoints into the run folder given as the only argument. */
    public static void main(String[] args) throws IOException {
      try (CheckpointStore store = CheckpointStore.open(Path.of(args[0]))) {
        long step = store.latestComplete().map(Checkpoint::step).orElse(0L) + 1;
        while (step < Long.MAX_VALUE) {
          byte[] bytes = content(step);
          store.write(
              step,
              step % 3 == 1,
              folder -> {
                for (int file = 0; file < FILES; file++) {
                  Files.write(folder.resolve("part-" + file), bytes);
                }
              });
          System.out.println("written");
          step++;
        }
      }
    }
  }
}
