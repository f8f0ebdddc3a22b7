package dev.bearhug.nn.train;

import dev.bearhug.tensor.io.AtomicFiles;
import dev.bearhug.tensor.io.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, {@code checkpoints/step-N} in the run folder, safe against a crash at
 * any moment.
 *
 * <p>A checkpoint is built in a temporary folder beside the others, written to the disk, listed
 * with sizes and CRC-32C sums in {@code manifest.json}, and only then renamed to its name.
 * Superfluous ones are removed after that. So there is always a complete checkpoint once the first
 * one is written; what a crash leaves behind is cleaned up by the next {@link #open}. The small
 * files {@code last} and {@code best} name the newest and the best checkpoint for people and
 * scripts; the store itself trusts the manifests alone.
 *
 * <p>A store holds a lock on its folder: two processes cannot write into one run. Not thread-safe.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

  private static final String LAST = "last";
  private static final String BEST = "best";
  private static final String LOCK = ".lock";
  private static final String TEMPORARY = ".tmp-";
  private static final String NEW = TEMPORARY + "new-";
  private static final String OLD = TEMPORARY + "old-";
  private static final String TRASH = TEMPORARY + "trash-";

  private final Path root;
  private final int keep;
  private final Consumer<WriteStage> stages;
  private final FileChannel lockChannel;
  private final List<Checkpoint> complete = new ArrayList<>();
  private final List<TornCheckpoint> torn;

  private CheckpointStore(Path runFolder, int keep, Consumer<WriteStage> stages)
      throws IOException {
    this.root = runFolder.resolve(CheckpointScan.FOLDER);
    this.keep = keep;
    this.stages = stages;
    Files.createDirectories(root);
    this.lockChannel = lock(root.resolve(LOCK));
    try {
      recover();
      CheckpointScan scan = CheckpointScan.of(runFolder);
      this.complete.addAll(scan.complete());
      this.torn = scan.torn();
      torn.forEach(t -> LOG.warn("Checkpoint {} is skipped: {}.", t.folder(), t.reason()));
      repairPointers();
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
  }

  /**
   * Opens the store of a run that keeps the last and the best checkpoint.
   *
   * @param runFolder folder of the run, created if missing
   * @throws IOException if the folder cannot be used, or another process writes checkpoints there
   */
  public static CheckpointStore open(Path runFolder) throws IOException {
    return open(runFolder, 1);
  }

  /**
   * Opens the store of a run.
   *
   * @param runFolder folder of the run, created if missing
   * @param keep how many of the newest checkpoints are kept beside the best one, at least 1
   * @throws IOException if the folder cannot be used, or another process writes checkpoints there
   */
  public static CheckpointStore open(Path runFolder, int keep) throws IOException {
    return open(runFolder, keep, stage -> {});
  }

  /** Opens a store that reports the stages of each write, so that tests can stop it there. */
  static CheckpointStore open(Path runFolder, int keep, Consumer<WriteStage> stages)
      throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException(
          "checkpoint store: must keep at least one checkpoint, got " + keep + ".");
    }
    return new CheckpointStore(runFolder, keep, stages);
  }

  /**
   * Writes a checkpoint; when this returns it is complete, on the disk, and the newest one.
   *
   * <p>A checkpoint of the same step is replaced. If the writer or the disk fails, everything
   * written so far is removed and the earlier checkpoints stay as they were.
   *
   * @param step number of optimizer steps done, not negative
   * @param best whether this is the best checkpoint so far; it is kept until a better one is
   *     written
   * @param writer writes the files
   * @return the new checkpoint
   * @throws CheckpointException if it could not be written, or if it is complete but pointers could
   *     not be written or superfluous checkpoints not be removed; the message says which
   */
  public Checkpoint write(long step, boolean best, CheckpointWriter writer)
      throws CheckpointException {
    requireUsable(step);
    Path temporary = root.resolve(NEW + CheckpointScan.folderName(step));
    Checkpoint written;
    try {
      written = build(step, best, writer, temporary);
      publish(written, temporary);
    } catch (IOException | UncheckedIOException e) {
      throw withCleanup(failure(step, e), temporary);
    } catch (RuntimeException e) {
      throw withCleanup(e, temporary);
    }
    complete.removeIf(old -> old.step() == step);
    complete.add(written);
    try {
      finish(written);
    } catch (IOException e) {
      throw new CheckpointException(
          "checkpoint store: "
              + written.folder()
              + " is complete, but tidying up afterwards failed: "
              + e
              + ". Training can be resumed from it."
              + space(),
          e);
    }
    return written;
  }

  /** Returns the newest complete checkpoint, from which a run is resumed. */
  public Optional<Checkpoint> latestComplete() {
    return scan().latest();
  }

  /** Returns the best complete checkpoint. */
  public Optional<Checkpoint> best() {
    return scan().best();
  }

  /** Returns the complete checkpoints, the oldest first. */
  public List<Checkpoint> complete() {
    return List.copyOf(complete);
  }

  /** Returns the folders found unusable when the store was opened, with the reasons. */
  public List<TornCheckpoint> torn() {
    return torn;
  }

  /** Releases the lock; the checkpoints stay. */
  @Override
  public void close() throws IOException {
    lockChannel.close();
  }

  private CheckpointScan scan() {
    return new CheckpointScan(complete, torn);
  }

  private void requireUsable(long step) {
    if (!lockChannel.isOpen()) {
      throw new IllegalStateException("checkpoint store: " + root + " is closed.");
    }
    if (step < 0) {
      throw new IllegalArgumentException(
          "checkpoint store: the step must not be negative, got " + step + ".");
    }
  }

  private Checkpoint build(long step, boolean best, CheckpointWriter writer, Path temporary)
      throws IOException {
    DurableFiles.deleteTree(temporary);
    Files.createDirectory(temporary);
    stages.accept(WriteStage.FOLDER_CREATED);
    writer.write(temporary);
    stages.accept(WriteStage.CONTENT_WRITTEN);
    List<CheckpointManifest.Entry> files = CheckpointManifest.syncAndList(temporary);
    stages.accept(WriteStage.CONTENT_SYNCED);
    long sequence = complete.isEmpty() ? 0 : complete.getLast().sequence() + 1;
    new CheckpointManifest(step, sequence, best, files).writeTo(temporary);
    stages.accept(WriteStage.MANIFEST_WRITTEN);
    Path folder = root.resolve(CheckpointScan.folderName(step));
    return new Checkpoint(folder, step, sequence, best);
  }

  /** Gives the complete folder its name; a folder cannot replace another one in one step. */
  private void publish(Checkpoint written, Path temporary) throws IOException {
    Path folder = written.folder();
    Path old = root.resolve(OLD + folder.getFileName());
    DurableFiles.deleteTree(old);
    try {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        DurableFiles.rename(folder, old);
        stages.accept(WriteStage.OLD_SET_ASIDE);
      }
      DurableFiles.rename(temporary, folder);
    } catch (IOException e) {
      takeBack(old, folder, e);
      throw e;
    }
    stages.accept(WriteStage.RENAMED);
  }

  private static void takeBack(Path old, Path folder, IOException failure) {
    try {
      if (Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
        DurableFiles.deleteTree(folder);
        DurableFiles.rename(old, folder);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void finish(Checkpoint written) throws IOException {
    point(LAST, written);
    stages.accept(WriteStage.LAST_POINTED);
    repairPointer(BEST, best());
    stages.accept(WriteStage.BEST_POINTED);
    DurableFiles.deleteTree(root.resolve(OLD + written.folder().getFileName()));
    prune();
    stages.accept(WriteStage.PRUNED);
  }

  private void prune() throws IOException {
    List<Checkpoint> kept =
        new ArrayList<>(complete.subList(Math.max(0, complete.size() - keep), complete.size()));
    scan().best().ifPresent(kept::add);
    for (Checkpoint checkpoint : List.copyOf(complete)) {
      if (!kept.contains(checkpoint)) {
        remove(checkpoint);
      }
    }
  }

  /** Renames first: a half-deleted folder must not look like a damaged checkpoint. */
  private void remove(Checkpoint checkpoint) throws IOException {
    Path trash = root.resolve(TRASH + checkpoint.folder().getFileName());
    DurableFiles.deleteTree(trash);
    if (Files.exists(checkpoint.folder(), LinkOption.NOFOLLOW_LINKS)) {
      DurableFiles.rename(checkpoint.folder(), trash);
    }
    complete.remove(checkpoint);
    stages.accept(WriteStage.SUPERFLUOUS_RENAMED);
    DurableFiles.deleteTree(trash);
  }

  private void point(String pointer, Checkpoint target) throws IOException {
    AtomicFiles.writeString(root.resolve(pointer), target.folder().getFileName() + "\n");
  }

  private void repairPointers() throws IOException {
    repairPointer(LAST, latestComplete());
    repairPointer(BEST, best());
  }

  private void repairPointer(String pointer, Optional<Checkpoint> target) throws IOException {
    Path file = root.resolve(pointer);
    if (target.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    byte[] wanted = (target.get().folder().getFileName() + "\n").getBytes(StandardCharsets.UTF_8);
    boolean right =
        Files.isRegularFile(file)
            && Files.size(file) == wanted.length
            && Arrays.equals(Files.readAllBytes(file), wanted);
    if (!right) {
      point(pointer, target.get());
    }
  }

  /**
   * Removes what a crash left behind, and takes back a replaced checkpoint whose successor is lost.
   */
  private void recover() throws IOException {
    for (Path leftover : leftovers()) {
      String name = leftover.getFileName().toString();
      if (name.startsWith(OLD)) {
        restoreOrDelete(leftover);
      } else {
        DurableFiles.deleteTree(leftover);
      }
      LOG.info("Cleaned up {} after an interrupted write of a checkpoint.", leftover);
    }
  }

  private void restoreOrDelete(Path old) throws IOException {
    Path folder = root.resolve(old.getFileName().toString().substring(OLD.length()));
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      DurableFiles.deleteTree(old);
    } else {
      DurableFiles.rename(old, folder);
    }
  }

  private List<Path> leftovers() throws IOException {
    List<Path> found = new ArrayList<>();
    // AtomicFiles builds a pointer in a file like .last.tmp-1234.
    String pattern = "{%1$s*,.%2$s%1$s*,.%3$s%1$s*}".formatted(TEMPORARY, LAST, BEST);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, pattern)) {
      entries.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }

  private CheckpointException failure(long step, Exception cause) {
    String kept =
        latestComplete()
            .map(c -> "The last complete checkpoint, " + c.folder() + ", is untouched.")
            .orElse("There is no earlier checkpoint.");
    return new CheckpointException(
        "checkpoint store: cannot write step "
            + step
            + " in "
            + root
            + ": "
            + cause
            + ". "
            + kept
            + space(),
        cause);
  }

  private String space() {
    try {
      long free = Files.getFileStore(root).getUsableSpace();
      return " Free on this disk: "
          + (free >> 20)
          + " MiB. If it is full, free space, keep fewer checkpoints or choose another output"
          + " folder.";
    } catch (IOException e) {
      return " The free space of this disk is unknown (" + e.getMessage() + ").";
    }
  }

  private <T extends Exception> T withCleanup(T failure, Path temporary) {
    try {
      DurableFiles.deleteTree(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is locked by this process", file, e);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IOException(
          "checkpoint store: another writer has "
              + file.getParent()
              + " open (one at a time). Is the same run still training, or was a store not closed?"
              + " Stop it or use another output folder.");
    }
    return channel;
  }
}
