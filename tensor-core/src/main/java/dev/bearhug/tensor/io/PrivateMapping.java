package dev.bearhug.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps whole files copy-on-write: memory can be written, the file stays as it is. */
final class PrivateMapping {
  private PrivateMapping() {}

  /**
   * Maps a regular file.
   *
   * <p>Java maps privately only files it may write, so files that may only be read are mapped by
   * the system call itself.
   *
   * @throws IOException if the file is missing, not a regular file, or not readable
   */
  static MemorySegment map(Path file, Arena arena) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "safetensors: no such file. Check the path of the model folder.");
    }
    if (!Files.isRegularFile(file)) {
      throw new FileSystemException(
          file.toString(), null, "safetensors: not a regular file, nothing can be mapped.");
    }
    if (!Files.isReadable(file)) {
      throw new FileSystemException(
          file.toString(), null, "safetensors: no right to read the file. Check its permissions.");
    }
    if (Files.isWritable(file)) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        return channel.map(MapMode.PRIVATE, 0, channel.size(), arena);
      } catch (IOException e) {
        // Linux refuses to promise more private memory than it has; the system call asks for none.
        return Posix.mapPrivate(file, arena).orElseThrow(() -> e);
      }
    }
    return mapReadOnlyFile(file, arena);
  }

  static MemorySegment mapReadOnlyFile(Path file, Arena arena) throws IOException {
    return Posix.mapPrivate(file, arena)
        .orElseThrow(
            () ->
                new FileSystemException(
                    file.toString(),
                    null,
                    "safetensors: a file without write permission cannot be mapped here."
                        + " Allow writing; the file itself is never changed."));
  }
}
