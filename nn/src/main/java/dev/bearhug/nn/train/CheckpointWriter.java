package dev.bearhug.nn.train;

import java.io.IOException;
import java.nio.file.Path;

/** Writes the files of one checkpoint. */
@FunctionalInterface
public interface CheckpointWriter {

  /**
   * Writes the files.
   *
   * @param folder an empty folder that becomes the checkpoint once all is complete; it may get
   *     sub-folders, but no links and no {@code manifest.json}
   * @throws IOException if a file cannot be written; the checkpoint is given up then
   */
  void write(Path folder) throws IOException;
}
