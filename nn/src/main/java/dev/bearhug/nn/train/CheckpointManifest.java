package dev.bearhug.nn.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tensor.io.AtomicFiles;
import dev.bearhug.tensor.io.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The list of a checkpoint's files with sizes and CRC-32C sums, written after all of them.
 *
 * @param step number of optimizer steps done
 * @param sequence number of the checkpoint within the run
 * @param best whether it was the best one when it was written
 * @param files the files
 */
record CheckpointManifest(long step, long sequence, boolean best, List<Entry> files) {

  /** Name of the file that holds the manifest. */
  static final String NAME = "manifest.json";

  private static final int FORMAT = 1;

  private static final int BUFFER_BYTES = 1 << 20;

  /** A manifest has about 100 bytes per file; anything near this limit is none. */
  private static final long MAX_BYTES = 16L << 20;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * One file of a checkpoint.
   *
   * @param name path below the checkpoint folder, parts separated by slashes
   * @param bytes size
   * @param checksum CRC-32C of the content
   */
  record Entry(String name, long bytes, int checksum) {}

  /** Says why a folder is no complete checkpoint. */
  static final class TornException extends Exception {
    TornException(String reason) {
      super(reason);
    }
  }

  /** Writes all files of a folder to the disk and returns their list, sorted by name. */
  static List<Entry> syncAndList(Path folder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            entries.add(syncedEntry(folder, file, attributes));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path sub, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            DurableFiles.syncFolder(sub);
            return FileVisitResult.CONTINUE;
          }
        });
    if (entries.isEmpty()) {
      throw new IOException("the writer of the checkpoint wrote no file");
    }
    entries.sort((a, b) -> a.name().compareTo(b.name()));
    return entries;
  }

  private static Entry syncedEntry(Path folder, Path file, BasicFileAttributes attributes)
      throws IOException {
    String name = folder.relativize(file).toString().replace('\\', '/');
    if (!attributes.isRegularFile()) {
      throw new IOException("a checkpoint may hold regular files only, and " + name + " is none");
    }
    if (name.equals(NAME)) {
      throw new IOException("the name " + NAME + " is reserved for the list of files");
    }
    DurableFiles.syncFile(file);
    return new Entry(name, attributes.size(), checksum(file));
  }

  /** Writes the manifest into a checkpoint folder and both to the disk. */
  void writeTo(Path folder) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("step", step).put("sequence", sequence).put("best", best);
    ArrayNode list = root.putArray("files");
    for (Entry entry : files) {
      list.addObject()
          .put("name", entry.name())
          .put("bytes", entry.bytes())
          .put("crc32c", HexFormat.of().toHexDigits(entry.checksum()));
    }
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    AtomicFiles.writeString(folder.resolve(NAME), text + "\n");
  }

  /**
   * Reads a checkpoint's manifest and compares every file with it.
   *
   * @throws TornException if the checkpoint is not complete
   * @throws IOException if a file cannot be read for another reason
   */
  static CheckpointManifest readAndVerify(Path folder) throws IOException, TornException {
    CheckpointManifest manifest = parse(folder.resolve(NAME));
    for (Entry entry : manifest.files) {
      verify(folder, entry);
    }
    return manifest;
  }

  private static CheckpointManifest parse(Path file) throws IOException, TornException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new TornException("it has no " + NAME);
    }
    long bytes = Files.size(file);
    if (bytes > MAX_BYTES) {
      throw new TornException(NAME + " is too large (" + bytes + " bytes)");
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new TornException(NAME + " is not valid JSON: " + e.getOriginalMessage());
    }
    long format = whole(root, "format");
    if (format != FORMAT) {
      throw new TornException(NAME + " has format " + format + ", this version reads " + FORMAT);
    }
    JsonNode best = root.path("best");
    JsonNode list = root.path("files");
    if (!best.isBoolean() || !list.isArray() || list.isEmpty()) {
      throw new TornException(NAME + " needs a boolean 'best' and a list 'files' with entries");
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode entry : list) {
      entries.add(entry(entry));
    }
    return new CheckpointManifest(
        whole(root, "step"), whole(root, "sequence"), best.booleanValue(), entries);
  }

  private static Entry entry(JsonNode node) throws TornException {
    String checksum = node.path("crc32c").asText();
    String name = node.path("name").asText();
    if (!checksum.matches("[0-9a-f]{8}") || name.isEmpty()) {
      throw new TornException(NAME + " needs a 'name' and 'crc32c' of eight hex digits per file");
    }
    return new Entry(name, whole(node, "bytes"), HexFormat.fromHexDigits(checksum));
  }

  private static long whole(JsonNode node, String key) throws TornException {
    JsonNode value = node.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new TornException(NAME + " needs '" + key + "' as a whole number, not negative");
    }
    return value.longValue();
  }

  private static void verify(Path folder, Entry entry) throws IOException, TornException {
    Path file = inside(folder, entry.name());
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new TornException(entry.name() + " is missing");
    }
    if (!attributes.isRegularFile()) {
      throw new TornException(entry.name() + " is not a regular file");
    }
    if (attributes.size() != entry.bytes()) {
      throw new TornException(
          entry.name() + " has " + attributes.size() + " bytes instead of " + entry.bytes());
    }
    if (checksum(file) != entry.checksum()) {
      throw new TornException(entry.name() + " has another CRC-32C than " + NAME + " says");
    }
  }

  private static int checksum(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int capacity = Math.clamp(channel.size(), 1, BUFFER_BYTES);
      ByteBuffer buffer = ByteBuffer.allocateDirect(capacity);
      while (channel.read(buffer) >= 0) {
        crc.update(buffer.flip());
        buffer.clear();
      }
    }
    return (int) crc.getValue();
  }

  private static Path inside(Path folder, String name) throws TornException {
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder.normalize()) && !file.equals(folder.normalize())) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new TornException(NAME + " lists a name that is no path: " + e.getReason());
    }
    throw new TornException(NAME + " lists a file outside of the checkpoint: " + name);
  }
}
