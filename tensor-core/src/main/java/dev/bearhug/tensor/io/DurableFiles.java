package dev.bearhug.tensor.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Steps that what must survive a crash is built of: forcing content and names to the device,
 * renaming, and removing what is left over. {@link AtomicFiles} puts them together for single files
 * and folders.
 */
public final class DurableFiles {

  private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  /** Windows flushes only what is open for writing; elsewhere a file may be read-only. */
  private static final OpenOption FILE_MODE =
      WINDOWS ? StandardOpenOption.WRITE : StandardOpenOption.READ;

  private DurableFiles() {}

  /**
   * Waits until the content of a file has reached the device.
   *
   * @throws IOException if the file cannot be opened or the device fails
   */
  public static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, FILE_MODE)) {
      channel.force(true);
    }
  }

  /**
   * Waits until the entries of a folder (names, renames, deletions) have reached the device.
   *
   * <p>Does nothing on Windows, which cannot open folders and keeps their entries in order without
   * being asked.
   *
   * @throws IOException if the folder cannot be opened or the device fails
   */
  public static void syncFolder(Path folder) throws IOException {
    if (!WINDOWS) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /**
   * Renames within one folder, in one step, and waits until that has reached the device.
   *
   * @throws IOException if the new name is taken by a folder with content, or the device fails
   */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(to.getParent());
  }

  /**
   * Deletes a file or a folder with all it holds, if it exists; links are removed, not followed.
   *
   * @throws IOException if something cannot be deleted; what was deleted before stays so
   */
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
