package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointScanTest {
  @TempDir private Path run;
  private Path older;
  private Path newer;

  @BeforeEach
  void writeTwoCheckpoints() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run, 2)) {
      older = store.write(1, true, CheckpointScanTest::write).folder();
      newer = store.write(2, true, CheckpointScanTest::write).folder();
    }
  }

  @Test
  void findsBothWhileNothingIsWrong() throws IOException {
    CheckpointScan scan = CheckpointScan.of(run);
    assertThat(scan.torn()).isEmpty();
    assertThat(scan.complete()).extracting(Checkpoint::step).containsExactly(1L, 2L);
    assertThat(scan.latest().orElseThrow().folder()).isEqualTo(newer);
    assertThat(scan.best().orElseThrow().folder()).isEqualTo(newer);
  }

  @Test
  void aRunWithoutCheckpointsIsEmpty() throws IOException {
    CheckpointScan scan = CheckpointScan.of(run.resolve("nothing"));
    assertThat(scan.complete()).isEmpty();
    assertThat(scan.torn()).isEmpty();
  }

  @Test
  void ignoresOtherPeoplesFiles() throws IOException {
    Files.createDirectories(run.resolve("checkpoints/step-best"));
    Files.createDirectories(run.resolve("checkpoints/step-007"));
    Files.writeString(run.resolve("checkpoints/notes.txt"), "hello");
    Files.writeString(newer.resolve("notes.txt"), "hello");
    assertThat(CheckpointScan.of(run).torn()).isEmpty();
    assertThat(CheckpointScan.of(run).complete()).hasSize(2);
  }

  @Test
  void noticesAManifestCutAtAnyByte() throws IOException {
    Path manifest = newer.resolve("manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    // Without its final newline it is still complete.
    for (int bytes = 0; bytes < whole.length - 1; bytes++) {
      Files.write(manifest, Arrays.copyOf(whole, bytes));
      assertThat(onlyReason()).as("cut to %d bytes", bytes).startsWith("manifest.json ");
    }
  }

  @Test
  void noticesAFlippedBitInAnyFile() throws IOException {
    for (String name : new String[] {"weights.bin", "sub/state.bin"}) {
      Path file = newer.resolve(name);
      byte[] good = Files.readAllBytes(file);
      for (int at = 0; at < good.length; at += 37) {
        byte[] bad = good.clone();
        bad[at] ^= (byte) (1 << at % 8);
        Files.write(file, bad);
        assertThat(onlyReason()).isEqualTo(name + " has another CRC-32C than manifest.json says");
      }
      Files.write(file, good);
    }
  }

  @Test
  void noticesFilesThatAreCutLongerGoneOrReplaced() throws IOException {
    Path file = newer.resolve("weights.bin");
    Files.write(file, new byte[999]);
    assertThat(onlyReason()).isEqualTo("weights.bin has 999 bytes instead of 1000");
    Files.write(file, new byte[1001]);
    assertThat(onlyReason()).isEqualTo("weights.bin has 1001 bytes instead of 1000");
    Files.delete(file);
    assertThat(onlyReason()).isEqualTo("weights.bin is missing");
    Files.createDirectory(file);
    assertThat(onlyReason()).isEqualTo("weights.bin is not a regular file");
    Files.delete(file);
    Files.createSymbolicLink(file, older.resolve("weights.bin"));
    assertThat(onlyReason()).isEqualTo("weights.bin is not a regular file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"weights.bin\" | \"../step-1/weights.bin\" | lists a file outside of the checkpoint",
        "\"weights.bin\" | \"/etc/passwd\"           | lists a file outside of the checkpoint",
        "\"weights.bin\" | \".\"                     | lists a file outside of the checkpoint",
        "\"weights.bin\" | \"a\\u0000b\"             | lists a name that is no path",
        "\"weights.bin\" | 17                        | is missing",
        "\"step\" : 2    | \"step\" : 3              | its manifest is of step 3",
        "\"step\" : 2    | \"step\" : -2             | needs 'step' as a whole number",
        "\"step\" : 2    | \"step\" : 1e99           | needs 'step' as a whole number",
        "\"format\" : 1  | \"format\" : 2            | has format 2, this version reads 1",
        "\"best\" : true | \"best\" : 1              | needs a boolean 'best'",
        "\"files\"       | \"fils\"                  | a list 'files' with entries",
        "\"crc32c\" : \" | \"crc32c\" : \"zz         | eight hex digits",
        "\"bytes\" : 1   | \"bytes\" : -1            | needs 'bytes' as a whole number",
      })
  void noticesAManifestThatLies(String from, String to, String reason) throws IOException {
    Path manifest = newer.resolve("manifest.json");
    String text = Files.readString(manifest);
    assertThat(text).contains(from);
    Files.writeString(manifest, text.replace(from, to));
    assertThat(onlyReason()).contains(reason);
  }

  @Test
  void doesNotReadAHugeManifest() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(newer.resolve("manifest.json").toFile(), "rw")) {
      file.setLength(1L << 33);
    }
    assertThat(onlyReason()).isEqualTo("manifest.json is too large (8589934592 bytes)");
  }

  @Test
  void aStoreSkipsATornCheckpointAndMayWriteItAgain() throws IOException {
    Files.delete(newer.resolve("manifest.json"));
    try (CheckpointStore store = CheckpointStore.open(run)) {
      assertThat(store.torn())
          .containsExactly(new TornCheckpoint(newer, "it has no manifest.json"));
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(1);
      assertThat(run.resolve("checkpoints/last")).hasContent("step-1\n");
      store.write(2, false, CheckpointScanTest::write);
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(2);
    }
    assertThat(CheckpointScan.of(run).torn()).isEmpty();
  }

  /** Returns why the newer checkpoint is refused, having checked that the older one is chosen. */
  private String onlyReason() throws IOException {
    CheckpointScan scan = CheckpointScan.of(run);
    assertThat(scan.torn()).hasSize(1);
    assertThat(scan.torn().getFirst().folder()).isEqualTo(newer);
    assertThat(scan.latest().orElseThrow().folder()).isEqualTo(older);
    assertThat(scan.best().orElseThrow().folder()).isEqualTo(older);
    return scan.torn().getFirst().reason();
  }

  private static void write(Path folder) throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    Files.write(folder.resolve("weights.bin"), new byte[1000]);
    Files.write(folder.resolve("sub/state.bin"), new byte[77]);
  }
}
