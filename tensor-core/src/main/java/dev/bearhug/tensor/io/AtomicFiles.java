package dev.bearhug.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes files and folders so that a reader sees the old content or the new one, never a part.
 *
 * <p>Content goes to a temporary sibling, is forced to the device, and takes the final name in one
 * step; then the name itself is forced. This holds against exceptions, a full disk, a killed
 * process and a power cut. A target that is a symbolic link is replaced by a plain file or folder;
 * what the link pointed to stays as it is. One process at a time may write to a target.
 */
public final class AtomicFiles {
  private static final AtomicWriter WRITER = new AtomicWriter(new RealDisk());

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface FileContent {
    /**
     * Writes everything to a channel.
     *
     * @param out takes all bytes of each buffer in one call; need not be closed
     * @throws IOException if writing fails; the target then keeps its old content
     */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /** Fills a new folder. */
  @FunctionalInterface
  public interface FolderContent {
    /**
     * Creates everything inside a folder.
     *
     * @param folder an empty folder under a temporary name; paths into it change afterwards
     * @throws IOException if writing fails; the target then keeps its old content
     */
    void writeTo(Path folder) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Creates or replaces a file.
   *
   * @param target final path; its folder must exist
   * @param content writes the bytes
   * @throws IOException if anything fails, a full disk included; the temporary file is removed, and
   *     an old file is untouched unless the message says that only the last step failed
   */
  public static void write(Path target, FileContent content) throws IOException {
    WRITER.writeFile(target, content);
  }

  /**
   * Creates or replaces a file with bytes.
   *
   * @param target final path; its folder must exist
   * @param content the bytes
   * @throws IOException as in {@link #write}
   */
  public static void writeBytes(Path target, byte[] content) throws IOException {
    write(target, out -> out.write(ByteBuffer.wrap(content)));
  }

  /**
   * Creates or replaces a file with text in UTF-8.
   *
   * @param target final path; its folder must exist
   * @param content the text
   * @throws IOException as in {@link #write}
   */
  public static void writeString(Path target, String content) throws IOException {
    writeBytes(target, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Creates or replaces a whole folder.
   *
   * <p>The new folder is built and forced to the device beside the old one. Where the system can
   * exchange two names in one step (Linux), the target always exists and is complete. Elsewhere the
   * old folder is renamed first; a process killed between the two renames leaves both folders
   * complete under other names, and {@link #recoverFolder} puts the new one in place.
   *
   * @param target final path; its parent must exist
   * @param content fills the folder
   * @throws IOException if anything fails; the old folder is then still complete
   */
  public static void writeFolder(Path target, FolderContent content) throws IOException {
    WRITER.writeFolder(target, content);
  }

  /**
   * Finishes or undoes a replacement of a folder that was interrupted, and removes its leftovers.
   *
   * <p>Call it before reading a folder that another run may have been writing when it was killed; a
   * further {@link #writeFolder} does it by itself.
   *
   * @param target final path of the folder, which need not exist
   * @return true if the target was missing and has been put back
   * @throws IOException if a rename or a deletion fails
   */
  public static boolean recoverFolder(Path target) throws IOException {
    return WRITER.recoverFolder(target);
  }
}
