package dev.bearhug.tensor.io;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** The steps of atomic writing that touch the disk, so that tests can let each of them fail. */
interface DiskOperations {
  /** A new file that is being written; {@code write} takes all bytes of its buffer. */
  interface NewFile extends WritableByteChannel {
    /** Waits until content and length have reached the device. */
    void sync() throws IOException;
  }

  /** Creates a file that must not exist yet. */
  NewFile createFile(Path file) throws IOException;

  /** Creates a folder that must not exist yet. */
  void createFolder(Path folder) throws IOException;

  /** Waits until every file and folder below a folder, and itself, have reached the device. */
  void syncTree(Path folder) throws IOException;

  /** Waits until the names in a folder have reached the device. */
  void syncFolder(Path folder) throws IOException;

  /** Renames in one step; an existing file or empty folder of the new name is replaced. */
  void rename(Path from, Path to) throws IOException;

  /** Exchanges two names in one step; false, with nothing changed, where that is not offered. */
  boolean exchange(Path first, Path second) throws IOException;

  /** Deletes a file or a folder with everything in it; does nothing if there is none. */
  void deleteTree(Path path) throws IOException;
}
