package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFilesTest {
  private static final String FULL = "No space left on device";

  @TempDir Path folder;

  /** Stands for the end of the process: nothing after it happens. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A real disk that fails at one step, or is gone from that step on. */
  private static final class FailingDisk implements DiskOperations {
    private final DiskOperations real = new RealDisk();
    private final int failAt;
    private final boolean kill;
    private final boolean exchanges;
    private int steps;

    FailingDisk(int failAt, boolean kill, boolean exchanges) {
      this.failAt = failAt;
      this.kill = kill;
      this.exchanges = exchanges;
    }

    private void step() throws IOException {
      int step = steps++;
      if (kill && step >= failAt) {
        throw new Killed();
      }
      if (step == failAt) {
        throw new IOException(FULL);
      }
    }

    @Override
    public NewFile createFile(Path file) throws IOException {
      step();
      NewFile out = real.createFile(file);
      return new NewFile() {
        @Override
        public int write(ByteBuffer source) throws IOException {
          ByteBuffer half = source.duplicate().limit(source.position() + source.remaining() / 2);
          out.write(half);
          source.position(half.position());
          step();
          return out.write(source);
        }

        @Override
        public void sync() throws IOException {
          step();
          out.sync();
        }

        @Override
        public boolean isOpen() {
          return out.isOpen();
        }

        @Override
        public void close() throws IOException {
          out.close();
        }
      };
    }

    @Override
    public void createFolder(Path path) throws IOException {
      step();
      real.createFolder(path);
    }

    @Override
    public void syncTree(Path path) throws IOException {
      step();
      real.syncTree(path);
    }

    @Override
    public void syncFolder(Path path) throws IOException {
      step();
      real.syncFolder(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      step();
      real.rename(from, to);
    }

    @Override
    public boolean exchange(Path first, Path second) throws IOException {
      step();
      return exchanges && real.exchange(first, second);
    }

    @Override
    public void deleteTree(Path path) throws IOException {
      step();
      real.deleteTree(path);
    }
  }

  private static void fill(Path target, String content) throws IOException {
    Files.createDirectories(target.resolve("sub"));
    Files.writeString(target.resolve("one"), content);
    Files.writeString(target.resolve("sub/two"), content);
  }

  private static String content(Path target) throws IOException {
    String one = Files.readString(target.resolve("one"));
    assertThat(target.resolve("sub/two")).as("both files of one version").hasContent(one);
    return one;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAndReplacesFiles() throws IOException {
    Path file = folder.resolve("file");
    AtomicFiles.writeString(file, "first é");
    assertThat(file).hasContent("first é");
    AtomicFiles.writeBytes(file, new byte[] {1, 2});
    assertThat(file).hasBinaryContent(new byte[] {1, 2});
    assertThat(names()).containsExactly("file");
    assertThatThrownBy(() -> AtomicFiles.writeString(folder.resolve("no/file"), ""))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("its folder does not exist");
  }

  @Test
  void failureOfTheContentKeepsTheOldFileAndLeavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      out.write(ByteBuffer.wrap(new byte[100]));
                      throw new IllegalStateException("stop");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("stop");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void fullDiskAtAnyStepOfAFileIsAClearErrorAndKeepsTheOldFile() throws IOException {
    Path file = folder.resolve("file");
    byte[] content = "new".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int failures = 0;
    for (int step = 0; ; step++) {
      Files.writeString(file, "old");
      FailingDisk disk = new FailingDisk(step, false, true);
      try {
        new AtomicWriter(disk).writeFile(file, out -> out.write(ByteBuffer.wrap(content)));
        assertThat(disk.steps).as("steps of a run without failure").isLessThanOrEqualTo(step);
        break;
      } catch (IOException e) {
        failures++;
        assertThat(e).hasMessageContaining(FULL).hasMessageContaining(file.toString());
        if (e.getMessage().contains("complete under its name")) {
          assertThat(file).hasContent("new");
        } else {
          assertThat(e).hasMessageContaining("The disk is full").hasMessageContaining("unchanged");
          assertThat(file).hasContent("old");
        }
        assertThat(names()).as("after failure of step %d", step).containsExactly("file");
      }
    }
    assertThat(failures).as("create, write, sync, rename, sync of the folder").isEqualTo(5);
    assertThat(file).hasContent("new");
  }

  @Test
  void killedAtAnyStepOfAFileLeavesOldOrNew() throws IOException {
    Path file = folder.resolve("file");
    byte[] content = "new".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int step = 0; step < 5; step++) {
      Files.writeString(file, "old");
      FailingDisk disk = new FailingDisk(step, true, true);
      assertThatThrownBy(
              () ->
                  new AtomicWriter(disk)
                      .writeFile(file, out -> out.write(ByteBuffer.wrap(content))))
          .isInstanceOf(Killed.class);
      assertThat(file).as("killed at step %d", step).hasContent(step < 4 ? "old" : "new");
    }
  }

  @Test
  void writesAndReplacesFolders() throws IOException {
    Path target = folder.resolve("checkpoint");
    AtomicFiles.writeFolder(target, path -> fill(path, "first"));
    assertThat(content(target)).isEqualTo("first");
    Files.writeString(target.resolve("stale"), "x");
    AtomicFiles.writeFolder(target, path -> fill(path, "second"));
    assertThat(content(target)).isEqualTo("second");
    assertThat(target.resolve("stale")).doesNotExist();
    assertThat(names()).containsExactly("checkpoint");
    assertThat(AtomicFiles.recoverFolder(target)).isFalse();
    assertThat(content(target)).isEqualTo("second");
  }

  @Test
  void folderCannotReplaceAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> AtomicFiles.writeFolder(file, path -> fill(path, "y")))
        .isInstanceOf(NotDirectoryException.class);
    assertThat(file).hasContent("x");
  }

  @Test
  void failureWhileFillingAFolderKeepsTheOldOne() throws IOException {
    Path target = folder.resolve("checkpoint");
    AtomicFiles.writeFolder(target, path -> fill(path, "old"));
    assertThatThrownBy(
            () ->
                AtomicFiles.writeFolder(
                    target,
                    path -> {
                      fill(path, "new");
                      throw new IOException(FULL);
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("The disk is full");
    assertThat(content(target)).isEqualTo("old");
    assertThat(names()).containsExactly("checkpoint");
  }

  @ParameterizedTest(name = "exchange offered: {0}")
  @ValueSource(booleans = {true, false})
  void failureAtAnyStepOfAFolderKeepsACompleteOne(boolean exchanges) throws IOException {
    Path target = folder.resolve("checkpoint");
    int failures = 0;
    for (int step = 0; ; step++) {
      AtomicFiles.writeFolder(target, path -> fill(path, "old"));
      FailingDisk disk = new FailingDisk(step, false, exchanges);
      try {
        new AtomicWriter(disk).writeFolder(target, path -> fill(path, "new"));
        if (disk.steps <= step) {
          break;
        }
      } catch (IOException e) {
        failures++;
        assertThat(e).hasMessageContaining(FULL);
      }
      assertThat(content(target)).as("after failure of step %d", step).isIn("old", "new");
    }
    assertThat(failures).isGreaterThanOrEqualTo(6);
    assertThat(content(target)).isEqualTo("new");
  }

  @ParameterizedTest(name = "exchange offered: {0}")
  @ValueSource(booleans = {true, false})
  void killedAtAnyStepOfAFolderLeavesACompleteOne(boolean exchanges) throws IOException {
    Path target = folder.resolve("checkpoint");
    int kills = 0;
    int restored = 0;
    for (int step = 0; ; step++) {
      AtomicFiles.writeFolder(target, path -> fill(path, "old"));
      FailingDisk disk = new FailingDisk(step, true, exchanges);
      try {
        new AtomicWriter(disk).writeFolder(target, path -> fill(path, "new"));
        break;
      } catch (Killed e) {
        kills++;
      }
      boolean missing = Files.notExists(target);
      assertThat(missing && exchanges).as("missing after kill at step %d", step).isFalse();
      assertThat(AtomicFiles.recoverFolder(target)).isEqualTo(missing);
      restored += missing ? 1 : 0;
      assertThat(content(target)).as("after kill at step %d", step).isIn("old", "new");
      assertThat(names()).as("after kill at step %d", step).containsExactly("checkpoint");
    }
    assertThat(kills).isGreaterThanOrEqualTo(7);
    assertThat(restored).as("moments without the name").isEqualTo(exchanges ? 0 : 1);
  }

  @Test
  void linuxExchangesNamesInOneStep() throws IOException {
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "renameat2 is Linux's");
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    fill(first, "1");
    fill(second, "2");
    boolean exchanged = Posix.exchange(first, second);
    assertThat(content(first)).isEqualTo(exchanged ? "2" : "1");
    assertThat(content(second)).isEqualTo(exchanged ? "1" : "2");
    assertThat(Posix.exchange(first, folder.resolve("none"))).isFalse();
  }

  @Test
  void deviceThatIsFullEndsTheStream() throws IOException {
    Path device = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(device), "no /dev/full on this system");
    Path file = Files.writeString(folder.resolve("file"), "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      out.write(ByteBuffer.wrap(new byte[10]));
                      try (FileChannel full = FileChannel.open(device, StandardOpenOption.WRITE)) {
                        full.write(ByteBuffer.wrap(new byte[10]));
                      }
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("The disk is full")
        .hasMessageContaining("bytes are free");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("file");
  }
}
