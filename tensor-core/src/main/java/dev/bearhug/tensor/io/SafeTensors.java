package dev.bearhug.tensor.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opens safetensors of any form: a file, an index with shards, or a model's folder. */
public final class SafeTensors {
  private static final String INDEX_SUFFIX = ".index.json";

  private SafeTensors() {}

  /**
   * Opens a file, an index ({@code *.index.json}), or the model in a folder.
   *
   * <p>In a folder {@code model.safetensors} goes before {@code model.safetensors.index.json}, as
   * in the reference library. Mappings live as long as any of their segments is reachable.
   *
   * @param path file or folder
   * @throws CorruptFileException if a file breaks a rule of its format
   * @throws IOException if there is no such file, or the folder has no safetensors model
   */
  public static TensorArchive open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    if (String.valueOf(path.getFileName()).endsWith(INDEX_SUFFIX)) {
      return ShardedSafeTensors.open(path);
    }
    return SafeTensorsFile.open(path);
  }

  private static TensorArchive openFolder(Path folder) throws IOException {
    Path single = folder.resolve(SafeTensorsWriter.SINGLE_FILE);
    if (Files.exists(single)) {
      return SafeTensorsFile.open(single);
    }
    Path index = folder.resolve(SafeTensorsWriter.INDEX_FILE);
    if (Files.exists(index)) {
      return ShardedSafeTensors.open(index);
    }
    List<String> present;
    try (Stream<Path> files = Files.list(folder)) {
      present = files.map(file -> file.getFileName().toString()).sorted().limit(20).toList();
    }
    throw new NoSuchFileException(
        folder.toString(),
        null,
        "safetensors: neither model.safetensors nor model.safetensors.index.json is in the folder,"
            + " which has "
            + present
            + ". Is it the folder of a model? Name another file explicitly.");
  }
}
