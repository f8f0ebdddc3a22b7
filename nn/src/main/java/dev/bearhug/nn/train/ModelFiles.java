package dev.bearhug.nn.train;

import java.io.IOException;
import java.nio.file.Path;

/** How the model's part of a checkpoint is written and read, such as a Hugging Face folder. */
public interface ModelFiles {

  /**
   * Writes everything needed to go on with the present weights, bit for bit.
   *
   * @param folder an empty folder of the checkpoint
   * @throws IOException if a file cannot be written; the checkpoint is given up then
   */
  void save(Path folder) throws IOException;

  /**
   * Puts saved weights into the model.
   *
   * @param folder what {@link #save} filled
   * @throws IOException if a file is missing, damaged or of another model
   */
  void load(Path folder) throws IOException;
}
