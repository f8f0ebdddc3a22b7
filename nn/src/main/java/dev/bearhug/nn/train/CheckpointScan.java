package dev.bearhug.nn.train;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is found in the checkpoint folder of a run; every file is compared with its checksum.
 *
 * <p>Looking changes nothing, so evaluation and prediction may look while a training process
 * writes.
 *
 * @param complete the usable checkpoints, the oldest first
 * @param torn the folders that cannot be used, with the reasons
 */
public record CheckpointScan(List<Checkpoint> complete, List<TornCheckpoint> torn) {

  /** Name of the folder of checkpoints within a run folder. */
  static final String FOLDER = "checkpoints";

  private static final Pattern STEP_FOLDER = Pattern.compile("step-(0|[1-9][0-9]{0,17})");

  /** Copies the lists. */
  public CheckpointScan {
    complete = List.copyOf(complete);
    torn = List.copyOf(torn);
  }

  /**
   * Looks into a run folder.
   *
   * @param runFolder folder of the run; one without checkpoints gives an empty result
   * @throws IOException if the folder cannot be read
   */
  public static CheckpointScan of(Path runFolder) throws IOException {
    Path root = runFolder.resolve(FOLDER);
    List<Checkpoint> complete = new ArrayList<>();
    List<TornCheckpoint> torn = new ArrayList<>();
    if (Files.isDirectory(root)) {
      for (Path folder : stepFolders(root)) {
        inspect(folder, complete, torn);
      }
    }
    complete.sort(Comparator.comparingLong(Checkpoint::sequence));
    return new CheckpointScan(complete, torn);
  }

  /** Returns the checkpoint written last, from which a run is resumed. */
  public Optional<Checkpoint> latest() {
    return complete.isEmpty() ? Optional.empty() : Optional.of(complete.getLast());
  }

  /** Returns the newest checkpoint that was the best of its run when it was written. */
  public Optional<Checkpoint> best() {
    return complete.reversed().stream().filter(Checkpoint::best).findFirst();
  }

  /** Returns the name of the folder of a step. */
  static String folderName(long step) {
    return "step-" + step;
  }

  private static List<Path> stepFolders(Path root) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "step-*")) {
      entries.forEach(folders::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    folders.sort(null);
    return folders;
  }

  private static void inspect(Path folder, List<Checkpoint> complete, List<TornCheckpoint> torn) {
    Matcher name = STEP_FOLDER.matcher(folder.getFileName().toString());
    if (!name.matches()) {
      return; // somebody else's file
    }
    try {
      CheckpointManifest manifest = CheckpointManifest.readAndVerify(folder);
      if (manifest.step() != Long.parseLong(name.group(1))) {
        torn.add(new TornCheckpoint(folder, "its manifest is of step " + manifest.step()));
        return;
      }
      complete.add(new Checkpoint(folder, manifest.step(), manifest.sequence(), manifest.best()));
    } catch (CheckpointManifest.TornException e) {
      addUnlessGone(folder, e.getMessage(), torn);
    } catch (IOException e) {
      addUnlessGone(folder, "it cannot be read: " + e, torn);
    }
  }

  /** A training process may have removed an old checkpoint while it was read. */
  private static void addUnlessGone(Path folder, String reason, List<TornCheckpoint> torn) {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      torn.add(new TornCheckpoint(folder, reason));
    }
  }
}
