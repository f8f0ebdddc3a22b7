package dev.bearhug.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files with the layout of the reference library.
 *
 * <p>Tensors are ordered by stored type (wide types first, see {@link StoredType}) and then by
 * name; the header is padded with spaces to a multiple of 8 bytes. The data is streamed, never
 * copied as a whole, and every file is written by {@link AtomicFiles}: entries may be views of the
 * very file that is being replaced.
 */
public final class SafeTensorsWriter {
  /**
   * The metadata that the reference library's PyTorch writer stores: {@code format} is {@code pt}.
   */
  public static final Map<String, String> DEFAULT_METADATA = Map.of("format", "pt");

  /** Name of a model's only file. */
  public static final String SINGLE_FILE = "model.safetensors";

  /** Name of the index of a model in several files. */
  public static final String INDEX_FILE = "model.safetensors.index.json";

  private static final String SHARD_NAME = "model-%05d-of-%05d.safetensors";
  private static final String SHARD_PATTERN = "model-\\d{5,}-of-\\d{5,}\\.safetensors";
  private static final int CHUNK = 8 << 20;

  private static final JsonFactory HEADER_JSON =
      JsonFactory.builder()
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private static final JsonFactory INDEX_JSON =
      JsonFactory.builder()
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private static final Comparator<TensorEntry> FILE_ORDER =
      Comparator.comparing(TensorEntry::type, Comparator.reverseOrder())
          .thenComparing(entry -> utf8(entry.name()), Arrays::compareUnsigned);

  private SafeTensorsWriter() {}

  /**
   * Writes one file with {@link #DEFAULT_METADATA}.
   *
   * @param target final path; its folder must exist
   * @param entries tensors in any order, names unique
   * @throws IllegalArgumentException if a name is a duplicate, reserved, or not valid Unicode
   * @throws IOException if writing fails; an old file is then untouched
   */
  public static void write(Path target, Collection<TensorEntry> entries) throws IOException {
    write(target, entries, DEFAULT_METADATA);
  }

  /**
   * Writes one file.
   *
   * @param target final path; its folder must exist
   * @param entries tensors in any order, names unique
   * @param metadata free-form strings, written in the map's order; an empty map writes none
   * @throws IllegalArgumentException if a name is a duplicate, reserved, or not valid Unicode, or
   *     the header would exceed the 100 MB of the format
   * @throws IOException if writing fails; an old file is then untouched
   */
  public static void write(
      Path target, Collection<TensorEntry> entries, Map<String, String> metadata)
      throws IOException {
    List<TensorEntry> ordered = inFileOrder(entries);
    ByteBuffer head = head(ordered, metadata);
    AtomicFiles.write(
        target,
        out -> {
          out.write(head.duplicate());
          for (TensorEntry entry : ordered) {
            writeData(entry.data(), out);
          }
        });
  }

  /**
   * Writes a model into a folder, as {@code model.safetensors} or as numbered shards with an index.
   *
   * <p>Tensors go into shards in the given order; one that is larger than a shard gets its own. The
   * index is written last, then files of an earlier model are removed. Each file is atomic, the set
   * is not: to replace a model in one step, write into a new folder inside {@link
   * AtomicFiles#writeFolder}.
   *
   * @param folder existing folder
   * @param entries tensors, names unique
   * @param metadata free-form strings for each file
   * @param maxShardBytes most data bytes in one file, at least 1
   * @return the safetensors files written, in order
   * @throws IllegalArgumentException as in {@link #write(Path, Collection, Map)}, or if {@code
   *     maxShardBytes} is below 1
   * @throws IOException if writing fails
   */
  public static List<Path> writeModel(
      Path folder,
      Collection<TensorEntry> entries,
      Map<String, String> metadata,
      long maxShardBytes)
      throws IOException {
    inFileOrder(entries);
    List<List<TensorEntry>> shards = split(entries, maxShardBytes);
    List<Path> written = new ArrayList<>();
    if (shards.size() == 1) {
      Path file = folder.resolve(SINGLE_FILE);
      write(file, entries, metadata);
      written.add(file);
    } else {
      Map<String, String> shardOf = new TreeMap<>();
      for (int i = 0; i < shards.size(); i++) {
        String name = String.format(java.util.Locale.ROOT, SHARD_NAME, i + 1, shards.size());
        write(folder.resolve(name), shards.get(i), metadata);
        written.add(folder.resolve(name));
        shards.get(i).forEach(entry -> shardOf.put(entry.name(), name));
      }
      writeIndex(folder.resolve(INDEX_FILE), entries, shardOf);
    }
    removeOthers(folder, written);
    return written;
  }

  private static List<List<TensorEntry>> split(Collection<TensorEntry> entries, long most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          "SafeTensorsWriter: a shard must hold at least 1 byte, got " + most);
    }
    List<List<TensorEntry>> shards = new ArrayList<>();
    List<TensorEntry> open = new ArrayList<>();
    long openBytes = 0;
    for (TensorEntry entry : entries) {
      long size = entry.data().byteSize();
      if (size > most) {
        shards.add(List.of(entry));
        continue;
      }
      if (openBytes + size > most) {
        shards.add(open);
        open = new ArrayList<>();
        openBytes = 0;
      }
      open.add(entry);
      openBytes += size;
    }
    if (!open.isEmpty() || shards.isEmpty()) {
      shards.add(open);
    }
    return shards;
  }

  private static void writeIndex(
      Path index, Collection<TensorEntry> entries, Map<String, String> shardOf) throws IOException {
    long total = entries.stream().mapToLong(entry -> entry.data().byteSize()).sum();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    DefaultIndenter indent = new DefaultIndenter("  ", "\n");
    try (JsonGenerator json = INDEX_JSON.createGenerator(text)) {
      json.setPrettyPrinter(
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
              .withObjectIndenter(indent));
      json.writeStartObject();
      json.writeObjectFieldStart("metadata");
      json.writeNumberField("total_size", total);
      json.writeEndObject();
      json.writeObjectFieldStart("weight_map");
      for (Map.Entry<String, String> place : shardOf.entrySet()) {
        json.writeStringField(place.getKey(), place.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    AtomicFiles.writeBytes(index, text.toByteArray());
  }

  private static void removeOthers(Path folder, List<Path> written) throws IOException {
    Set<String> keep = new HashSet<>();
    written.forEach(path -> keep.add(path.getFileName().toString()));
    if (written.size() > 1) {
      keep.add(INDEX_FILE);
    }
    // The index goes first, so that it never names a shard that is gone.
    if (!keep.contains(INDEX_FILE)) {
      Files.deleteIfExists(folder.resolve(INDEX_FILE));
    }
    if (!keep.contains(SINGLE_FILE)) {
      Files.deleteIfExists(folder.resolve(SINGLE_FILE));
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "model-*.safetensors")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.matches(SHARD_PATTERN) && !keep.contains(name)) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<TensorEntry> inFileOrder(Collection<TensorEntry> entries) {
    Set<String> names = HashSet.newHashSet(entries.size());
    for (TensorEntry entry : entries) {
      checkText(entry.name());
      if (entry.name().equals(SafeTensorsHeader.METADATA) || !names.add(entry.name())) {
        throw new IllegalArgumentException(
            "SafeTensorsWriter: the tensor name \""
                + entry.name()
                + "\" is reserved or occurs twice. Give each tensor its own name.");
      }
      if (entry.shape().length > SafeTensorsHeader.MAX_RANK) {
        throw new IllegalArgumentException(
            "SafeTensorsWriter: " + entry.name() + " has more than 64 dimensions.");
      }
    }
    List<TensorEntry> ordered = new ArrayList<>(entries);
    ordered.sort(FILE_ORDER);
    return ordered;
  }

  private static ByteBuffer head(List<TensorEntry> ordered, Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = HEADER_JSON.createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafeTensorsHeader.METADATA);
        for (Map.Entry<String, String> item : new LinkedHashMap<>(metadata).entrySet()) {
          json.writeStringField(checkText(item.getKey()), checkText(item.getValue()));
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (TensorEntry entry : ordered) {
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.dtypeName());
        json.writeArrayFieldStart("shape");
        for (long size : entry.shape()) {
          json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(offset);
        offset = Math.addExact(offset, entry.data().byteSize());
        json.writeNumber(offset);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    while (text.size() % Long.BYTES != 0) {
      text.write(' ');
    }
    if (text.size() > SafeTensorsHeader.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "SafeTensorsWriter: the header would have "
              + text.size()
              + " bytes, the format allows "
              + SafeTensorsHeader.MAX_LENGTH
              + ". Use shorter names or metadata, or several files.");
    }
    return ByteBuffer.allocate(Long.BYTES + text.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.size())
        .put(text.toByteArray())
        .flip();
  }

  private static void writeData(MemorySegment data, WritableByteChannel out) throws IOException {
    boolean viewable = data.isNative() || data.heapBase().orElse(null) instanceof byte[];
    long size = data.byteSize();
    for (long start = 0; start < size; start += CHUNK) {
      MemorySegment chunk = data.asSlice(start, Math.min(CHUNK, size - start));
      out.write(
          viewable ? chunk.asByteBuffer() : ByteBuffer.wrap(chunk.toArray(ValueLayout.JAVA_BYTE)));
    }
  }

  private static String checkText(String text) {
    if (!SafeTensorsHeader.isUnicode(text)) {
      throw new IllegalArgumentException(
          "SafeTensorsWriter: a name or metadata string holds half of a surrogate pair.");
    }
    return text;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
