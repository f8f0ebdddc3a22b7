package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.io.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

  /** Stops a write as if the process had died: nothing is cleaned up. */
  private static final class SimulatedCrash extends Error {
    SimulatedCrash(Object where) {
      super("crash at " + where);
    }
  }

  @TempDir private Path run;

  @Test
  void keepsTheLastAndTheBestCheckpoint() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      assertThat(store.latestComplete()).isEmpty();
      assertThat(store.best()).isEmpty();
      for (long step = 10; step <= 60; step += 10) {
        Checkpoint written = store.write(step, step == 10 || step == 30, writer("run", step));
        assertThat(written.folder()).isEqualTo(run.resolve("checkpoints/step-" + step));
        assertThat(store.latestComplete()).contains(written);
      }
      assertThat(steps(store.complete())).containsExactly(30L, 60L);
      assertThat(store.best().orElseThrow().step()).isEqualTo(30);
    }
    assertThat(entries()).containsExactly(".lock", "best", "last", "step-30", "step-60");
    assertThat(run.resolve("checkpoints/last")).hasContent("step-60\n");
    assertThat(run.resolve("checkpoints/best")).hasContent("step-30\n");
    assertContent(run.resolve("checkpoints/step-60"), "run", 60);
  }

  @Test
  void keepsAsManyOfTheNewestAsAsked() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run, 3)) {
      for (long step = 1; step <= 6; step++) {
        store.write(step, step == 2, writer("run", step));
      }
      assertThat(steps(store.complete())).containsExactly(2L, 4L, 5L, 6L);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> CheckpointStore.open(run, 0));
  }

  @Test
  void newestIsTheOneWrittenLastEvenWithALowerStep() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run, 4)) {
      store.write(50, false, writer("run", 50));
      store.write(100, false, writer("run", 100));
      store.write(60, false, writer("again", 60));
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(60);
    }
    assertThat(CheckpointScan.of(run).latest().orElseThrow().step()).isEqualTo(60);
  }

  @Test
  void replacesACheckpointOfTheSameStep() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(5, true, writer("first", 5));
      store.write(5, false, writer("second", 5));
      assertThat(store.complete()).hasSize(1);
      assertThat(store.best()).isEmpty();
    }
    assertContent(run.resolve("checkpoints/step-5"), "second", 5);
    assertThat(entries()).containsExactly(".lock", "last", "step-5");
  }

  @ParameterizedTest
  @EnumSource(WriteStage.class)
  void aCrashAtAnyStageLeavesTheOldOrTheNewCheckpoint(WriteStage stage) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run, 1)) {
      store.write(10, true, writer("run", 10));
      store.write(20, false, writer("run", 20));
    }
    boolean reached = crashAt(stage, 30, true);
    assertThat(reached).as("stage %s reached", stage).isEqualTo(stage != WriteStage.OLD_SET_ASIDE);
    boolean published = stage.compareTo(WriteStage.RENAMED) >= 0 || !reached;
    try (CheckpointStore store = CheckpointStore.open(run)) {
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(published ? 30 : 20);
      assertThat(store.best().orElseThrow().step()).isEqualTo(published ? 30 : 10);
      assertTidy(store);
      store.write(40, false, writer("run", 40));
      assertThat(steps(store.complete())).containsExactly(published ? 30L : 10L, 40L);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteStage.class)
  void aCrashWhileReplacingLeavesTheOldOrTheNewContent(WriteStage stage) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(10, true, writer("old", 10));
    }
    crashAt(stage, 10, true);
    boolean published = stage.compareTo(WriteStage.RENAMED) >= 0;
    try (CheckpointStore store = CheckpointStore.open(run)) {
      Checkpoint latest = store.latestComplete().orElseThrow();
      assertThat(latest.step()).isEqualTo(10);
      assertContent(latest.folder(), published ? "crashed" : "old", 10);
      assertTidy(store);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteStage.class)
  void survivesASecondCrashBeforeAnyWriteSucceeds(WriteStage first) throws IOException {
    for (WriteStage second :
        List.of(WriteStage.CONTENT_WRITTEN, WriteStage.RENAMED, WriteStage.SUPERFLUOUS_RENAMED)) {
      Path before = run;
      run = run.resolve(second.name());
      try (CheckpointStore store = CheckpointStore.open(run)) {
        store.write(1, true, writer("old", 1));
      }
      crashAt(first, 1, false);
      crashAt(second, 2, false);
      try (CheckpointStore store = CheckpointStore.open(run)) {
        Checkpoint latest = store.latestComplete().orElseThrow();
        boolean one = first.compareTo(WriteStage.RENAMED) >= 0;
        assertContent(
            latest.folder(), latest.step() == 2 || one ? "crashed" : "old", latest.step());
        assertTidy(store);
      }
      run = before;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 4_999})
  void aCrashInTheMiddleOfAFileIsInvisible(int bytes) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(10, false, writer("run", 10));
      assertThatThrownBy(
              () ->
                  store.write(
                      20,
                      false,
                      folder -> {
                        Files.write(folder.resolve("a.bin"), new byte[100]);
                        Files.write(folder.resolve("b.bin"), new byte[bytes]);
                        throw new SimulatedCrash("half of b.bin");
                      }))
          .isInstanceOf(SimulatedCrash.class);
    }
    assertThat(steps(CheckpointScan.of(run).complete())).containsExactly(10L);
    assertThat(entries()).contains(".tmp-new-step-20");
    try (CheckpointStore store = CheckpointStore.open(run)) {
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(10);
      assertTidy(store);
    }
  }

  @Test
  void aFailingWriterLeavesNothingBehind() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(10, true, writer("run", 10));
      List<String> before = entries();
      CheckpointWriter full =
          folder -> {
            Files.write(folder.resolve("model.bin"), new byte[1000]);
            throw new FileSystemException("model.bin", null, "No space left on device");
          };
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> store.write(20, true, full))
          .withMessageStartingWith(
              "checkpoint store: cannot write step 20 in "
                  + run.resolve("checkpoints")
                  + ": java.nio.file.FileSystemException: model.bin: No space left on device. The"
                  + " last complete checkpoint, "
                  + run.resolve("checkpoints/step-10")
                  + ", is untouched. Free on this disk: ")
          .withMessageEndingWith(
              "If it is full, free space, keep fewer checkpoints or choose another output folder.");
      assertThat(entries()).isEqualTo(before);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(
              () ->
                  store.write(
                      10,
                      true,
                      folder -> {
                        throw new UncheckedIOException(new IOException("gone"));
                      }));
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  store.write(
                      10,
                      true,
                      folder -> {
                        throw new IllegalStateException("a mistake of the program");
                      }))
          .withMessage("a mistake of the program");
      assertThat(entries()).isEqualTo(before);
      assertContent(store.latestComplete().orElseThrow().folder(), "run", 10);
      store.write(20, false, writer("run", 20));
    }
  }

  @Test
  void aFullDiskLeavesTheOldCheckpoint() throws IOException {
    Path device = Path.of("/dev/full");
    if (!Files.exists(device)) {
      System.out.println("CheckpointStoreTest: no /dev/full here, full disk not tested");
      Assumptions.abort("no /dev/full");
    }
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(10, true, writer("run", 10));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(
              () ->
                  store.write(
                      20,
                      true,
                      folder -> {
                        try (OutputStream out = Files.newOutputStream(device)) {
                          out.write(new byte[100]);
                        }
                      }))
          .withMessageContaining("step-10, is untouched");
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(10);
    }
  }

  @Test
  void refusesContentThatCannotBeVerified() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> store.write(1, false, folder -> {}))
          .withMessageContaining("wrote no file")
          .withMessageContaining("There is no earlier checkpoint.");
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(
              () ->
                  store.write(
                      1,
                      false,
                      folder -> Files.write(folder.resolve("manifest.json"), new byte[1])))
          .withMessageContaining("the name manifest.json is reserved");
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(
              () ->
                  store.write(
                      1,
                      false,
                      folder -> Files.createSymbolicLink(folder.resolve("link"), Path.of("/tmp"))))
          .withMessageContaining("regular files only, and link is none");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.write(-1, false, writer("run", 1)));
      assertThat(entries()).containsExactly(".lock");
    }
  }

  @Test
  void aPointerThatCannotBeWrittenIsReportedWithTheCheckpointComplete() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      Files.createDirectories(run.resolve("checkpoints/last/in-the-way"));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> store.write(7, false, writer("run", 7)))
          .withMessageContaining("step-7 is complete, but tidying up afterwards failed")
          .withMessageContaining("Training can be resumed from it.");
      assertThat(store.latestComplete().orElseThrow().step()).isEqualTo(7);
    }
    assertThat(steps(CheckpointScan.of(run).complete())).containsExactly(7L);
  }

  @Test
  void repairsPointersAtOpening() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(7, true, writer("run", 7));
    }
    Files.writeString(run.resolve("checkpoints/last"), "step-99\n");
    Files.delete(run.resolve("checkpoints/best"));
    CheckpointStore.open(run).close();
    assertThat(run.resolve("checkpoints/last")).hasContent("step-7\n");
    assertThat(run.resolve("checkpoints/best")).hasContent("step-7\n");
  }

  @Test
  void cleansUpWhatAnInterruptedPointerLeft() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(run)) {
      store.write(7, true, writer("run", 7));
    }
    AtomicReference<Path> unfinished = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    run.resolve("checkpoints/last"),
                    out -> {
                      try (Stream<Path> list = Files.list(run.resolve("checkpoints"))) {
                        list.filter(p -> p.toString().contains(".tmp-")).forEach(unfinished::set);
                      }
                      throw new SimulatedCrash("pointer");
                    }))
        .isInstanceOf(SimulatedCrash.class);
    // The writer may clean up in this process; after a kill the file would still be there.
    Files.writeString(unfinished.get(), "ste");
    CheckpointStore.open(run).close();
    assertThat(entries()).containsExactly(".lock", "best", "last", "step-7");
  }

  @Test
  void onlyOneWriterAtATime() throws IOException {
    CheckpointStore store = CheckpointStore.open(run);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> CheckpointStore.open(run))
        .withMessageContaining("another writer has " + run.resolve("checkpoints") + " open");
    store.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> store.write(1, false, writer("run", 1)))
        .withMessageContaining("is closed");
    CheckpointStore.open(run).close();
  }

  /** Returns whether the stage was reached. */
  private boolean crashAt(WriteStage stage, long step, boolean best) throws IOException {
    Set<WriteStage> seen = EnumSet.noneOf(WriteStage.class);
    Consumer<WriteStage> crash =
        now -> {
          seen.add(now);
          if (now == stage) {
            if (now == WriteStage.CONTENT_WRITTEN) {
              tearFiles();
            }
            throw new SimulatedCrash(now);
          }
        };
    try (CheckpointStore store = CheckpointStore.open(run, 1, crash)) {
      store.write(step, best, writer("crashed", step));
    } catch (SimulatedCrash e) {
      assertThat(e).hasMessage("crash at " + stage);
    }
    return seen.contains(stage);
  }

  /** Before the files are on the disk, a power cut may leave any part of them. */
  private void tearFiles() {
    try (Stream<Path> files = Files.walk(run.resolve("checkpoints"))) {
      for (Path file : files.filter(f -> f.toString().contains(".tmp-new-")).toList()) {
        if (Files.isRegularFile(file)) {
          Files.write(file, new byte[3]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertTidy(CheckpointStore store) throws IOException {
    assertThat(store.torn()).isEmpty();
    assertThat(entries()).noneMatch(name -> name.contains(".tmp-"));
    for (Checkpoint checkpoint : store.complete()) {
      assertThat(checkpoint.folder()).isDirectory();
    }
    assertThat(run.resolve("checkpoints/last"))
        .hasContent("step-" + store.latestComplete().orElseThrow().step() + "\n");
    if (store.best().isPresent()) {
      assertThat(run.resolve("checkpoints/best"))
          .hasContent("step-" + store.best().get().step() + "\n");
    } else {
      assertThat(run.resolve("checkpoints/best")).doesNotExist();
    }
    assertThat(CheckpointScan.of(run).complete()).isEqualTo(store.complete());
  }

  private List<String> entries() throws IOException {
    try (Stream<Path> list = Files.list(run.resolve("checkpoints"))) {
      return list.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static List<Long> steps(List<Checkpoint> checkpoints) {
    List<Long> steps = new ArrayList<>();
    checkpoints.forEach(c -> steps.add(c.step()));
    return steps;
  }

  private static CheckpointWriter writer(String label, long step) {
    return folder -> {
      Files.createDirectories(folder.resolve("model"));
      Files.writeString(folder.resolve("model/weights.bin"), (label + step + ";").repeat(100));
      Files.writeString(folder.resolve("state.json"), label + step);
    };
  }

  private static void assertContent(Path folder, String label, long step) {
    assertThat(folder.resolve("model/weights.bin")).hasContent((label + step + ";").repeat(100));
    assertThat(folder.resolve("state.json")).hasContent(label + step);
  }
}
