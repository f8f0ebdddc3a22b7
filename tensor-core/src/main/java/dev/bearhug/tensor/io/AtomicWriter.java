package dev.bearhug.tensor.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;

/** The order of steps behind {@link AtomicFiles}, over a disk that tests can replace. */
final class AtomicWriter {
  private static final String BUILDING = ".tmp-";
  private static final String READY = ".ready";
  private static final String OLD = ".old";

  private final DiskOperations disk;

  AtomicWriter(DiskOperations disk) {
    this.disk = disk;
  }

  void writeFile(Path target, AtomicFiles.FileContent content) throws IOException {
    Path parent = existingParent(target);
    Path temporary = sibling(target, BUILDING + UUID.randomUUID());
    try {
      try (DiskOperations.NewFile out = disk.createFile(temporary)) {
        content.writeTo(out);
        out.sync();
      }
      disk.rename(temporary, target);
    } catch (IOException e) {
      throw failed(target, temporary, e);
    } catch (RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
    syncName(parent, target);
  }

  void writeFolder(Path target, AtomicFiles.FolderContent content) throws IOException {
    Path parent = existingParent(target);
    if (exists(target) && !Files.isDirectory(target)) {
      throw new NotDirectoryException(target + " (a folder cannot replace a file)");
    }
    recoverFolder(target);
    Path temporary = sibling(target, BUILDING + UUID.randomUUID());
    try {
      disk.createFolder(temporary);
      content.writeTo(temporary);
      disk.syncTree(temporary);
      if (!exists(target)) {
        disk.rename(temporary, target);
      } else if (!disk.exchange(temporary, target)) {
        swapByRenames(parent, temporary, target);
      }
    } catch (IOException e) {
      throw failed(target, temporary, e);
    } catch (RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
    syncName(parent, target);
    removeOld(target, temporary);
  }

  /** Leaves at every moment a complete folder under the target's, the ready or the old name. */
  private void swapByRenames(Path parent, Path temporary, Path target) throws IOException {
    Path ready = sibling(target, READY);
    try {
      disk.rename(temporary, ready);
      disk.syncFolder(parent);
      disk.rename(target, sibling(target, OLD));
      disk.rename(ready, target);
    } catch (IOException e) {
      // If the target was missing, the ready folder takes its place and the replacement is done.
      boolean replaced;
      try {
        replaced = recoverFolder(target);
      } catch (IOException again) {
        e.addSuppressed(again);
        throw e;
      }
      if (!replaced) {
        throw e;
      }
    }
  }

  boolean recoverFolder(Path target) throws IOException {
    Path parent = existingParent(target);
    boolean restored = false;
    if (!exists(target)) {
      for (String suffix : new String[] {READY, OLD}) {
        if (!restored && exists(sibling(target, suffix))) {
          disk.rename(sibling(target, suffix), target);
          disk.syncFolder(parent);
          restored = true;
        }
      }
    }
    disk.deleteTree(sibling(target, READY));
    disk.deleteTree(sibling(target, OLD));
    String prefix = sibling(target, BUILDING).getFileName().toString();
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(
            parent, path -> path.getFileName().toString().startsWith(prefix))) {
      for (Path leftover : leftovers) {
        disk.deleteTree(leftover);
      }
    }
    return restored;
  }

  private void removeOld(Path target, Path temporary) throws IOException {
    try {
      disk.deleteTree(temporary);
      disk.deleteTree(sibling(target, OLD));
    } catch (IOException e) {
      throw new IOException(
          "AtomicFiles: "
              + target
              + " is complete, but the folder it replaced could not be removed ("
              + e.getMessage()
              + "). Delete the hidden folders of the same name beside it.",
          e);
    }
  }

  private void syncName(Path parent, Path target) throws IOException {
    try {
      disk.syncFolder(parent);
    } catch (IOException e) {
      throw new IOException(
          "AtomicFiles: "
              + target
              + " is complete under its name, but the name may not survive a power cut ("
              + e.getMessage()
              + "). Check the disk.",
          e);
    }
  }

  private IOException failed(Path target, Path temporary, IOException cause) {
    String reason = String.valueOf(cause.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    boolean full =
        lower.contains("no space left")
            || lower.contains("quota exceeded")
            || lower.contains("not enough space");
    String advice =
        full
            ? "The disk is full" + freeSpace(target) + ". Free some space or choose another folder."
            : "Check the folder's permissions and the state of the disk.";
    // After the advice, which tells the space that was left at the moment of failure.
    discard(temporary, cause);
    return new IOException(
        "AtomicFiles: could not write "
            + target
            + " ("
            + reason
            + "). What was there before is unchanged. "
            + advice,
        cause);
  }

  private static String freeSpace(Path target) {
    try {
      long bytes = Files.getFileStore(target.toAbsolutePath().getParent()).getUsableSpace();
      return " (" + bytes + " bytes are free)";
    } catch (IOException e) {
      return " (free space unknown: " + e.getMessage() + ")";
    }
  }

  private void discard(Path temporary, Throwable reason) {
    try {
      disk.deleteTree(temporary);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private static Path existingParent(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new NoSuchFileException(
          target.toString(), null, "AtomicFiles: its folder does not exist. Create it first.");
    }
    return parent;
  }

  private static Path sibling(Path target, String suffix) {
    Path absolute = target.toAbsolutePath();
    return absolute.resolveSibling("." + absolute.getFileName() + suffix);
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
