package dev.bearhug.tasks.report;

import dev.bearhug.tensor.io.AtomicFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code metrics.jsonl} of a run: one JSON object a line, appended as training goes on.
 *
 * <p>Each line reaches the operating system whole before {@link #append} returns, so that a killed
 * process loses no entry; after a power cut the last line may be torn, which reading tolerates. A
 * resumed run drops the lines after its checkpoint's step, so that the log equals the one of an
 * uninterrupted run. Not for use by several threads at once.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
  private static final long MAX_FILE_BYTES = 1L << 30;

  private final Path file;
  private final FileChannel channel;

  private MetricsLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Starts an empty log.
   *
   * @param file the log; must not exist yet
   * @throws UncheckedIOException if the file exists or cannot be made
   */
  public static MetricsLog create(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new MetricsLog(
          file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (FileAlreadyExistsException e) {
      throw new UncheckedIOException(
          "metrics: "
              + file
              + " exists already. It belongs to an earlier run. Resume that run, or"
              + " choose another output folder.",
          e);
    } catch (IOException e) {
      throw problem("cannot create " + file, e);
    }
  }

  /**
   * Opens the log of a run that goes on from a checkpoint.
   *
   * <p>Keeps the entries up to {@code step} and drops later ones, by replacing the file as a whole.
   * A missing file is made anew with a warning.
   *
   * @param file the log
   * @param step the checkpoint's step; entries of this very step are kept
   * @throws UncheckedIOException if the file cannot be read or written
   * @throws IllegalArgumentException if a line other than the last is broken
   */
  public static MetricsLog resume(Path file, long step) {
    if (!Files.exists(file)) {
      LOG.warn(
          "metrics: {} is missing; the log and the plots of this run begin at step {}.",
          file,
          step);
      return create(file);
    }
    StringBuilder kept = new StringBuilder();
    for (MetricsEntry entry : read(file)) {
      if (entry.step() <= step) {
        kept.append(MetricsJson.write(entry)).append('\n');
      }
    }
    try {
      AtomicFiles.writeString(file, kept.toString());
      FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
      channel.position(channel.size());
      return new MetricsLog(file, channel);
    } catch (IOException e) {
      throw problem("cannot cut " + file + " back to step " + step, e);
    }
  }

  /**
   * Reads all entries; a torn last line is left out.
   *
   * @param file the log
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if a line other than the last is broken; names file and line
   */
  public static List<MetricsEntry> read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IllegalArgumentException(
            "metrics: "
                + file
                + " has "
                + Files.size(file)
                + " bytes, more than the limit of "
                + MAX_FILE_BYTES
                + ". Is it a metrics log?");
      }
      return readLines(file);
    } catch (IOException e) {
      throw problem("cannot read " + file, e);
    }
  }

  private static List<MetricsEntry> readLines(Path file) throws IOException {
    List<MetricsEntry> entries = new ArrayList<>();
    // Latin-1 reading cannot fail on a torn character; each line is decoded as UTF-8 by itself.
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      int number = 0;
      String line = lines.readLine();
      while (line != null) {
        number++;
        String next = lines.readLine();
        String text =
            new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        try {
          if (!text.isBlank()) {
            entries.add(MetricsJson.read(text));
          }
        } catch (IllegalArgumentException e) {
          if (next != null) {
            throw new IllegalArgumentException(
                "metrics: "
                    + file
                    + ", line "
                    + number
                    + ": "
                    + e.getMessage()
                    + ". Was the file edited? Repair or remove the line.",
                e);
          }
          LOG.warn("metrics: left out the torn last line {} of {}.", number, file);
        }
        line = next;
      }
    }
    return entries;
  }

  /**
   * Appends one line.
   *
   * @throws UncheckedIOException if it cannot be written, for example on a full disk; the file is
   *     then cut back to whole lines
   */
  public void append(MetricsEntry entry) {
    byte[] line = (MetricsJson.write(entry) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      long before = channel.position();
      try {
        ByteBuffer rest = ByteBuffer.wrap(line);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
      } catch (IOException e) {
        channel.truncate(before);
        throw e;
      }
    } catch (IOException e) {
      throw problem("cannot write step " + entry.step() + " to " + file, e);
    }
  }

  /** Forces all lines to the disk; to be called before a checkpoint that counts on them. */
  public void sync() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw problem("cannot write " + file + " to the disk", e);
    }
  }

  /** Forces all lines to the disk and closes the file. */
  @Override
  public void close() {
    try (channel) {
      if (channel.isOpen()) {
        channel.force(false);
      }
    } catch (IOException e) {
      throw problem("cannot close " + file, e);
    }
  }

  private static UncheckedIOException problem(String what, IOException cause) {
    return new UncheckedIOException(
        "metrics: " + what + " (" + cause + "). Is the disk full or the folder not writable?",
        cause);
  }
}
