package dev.bearhug.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One safetensors file, mapped into memory and checked.
 *
 * <p>The mapping is private: writing to a tensor's memory copies the pages concerned and never
 * changes the file. Opening costs the header only, pages are read when they are touched. A file
 * that another process shortens while it is mapped makes later reads fail with an {@link
 * InternalError}; files replaced by rename, as {@link AtomicFiles} does it, are safe.
 *
 * <p>Format: <a href="https://github.com/huggingface/safetensors#format">safetensors</a>.
 * Everything the reference library refuses is refused; in addition: duplicate names, headers that
 * do not begin with an opening brace, half surrogate pairs, more than 64 dimensions, and sizes
 * whose product overflows even if one of them is 0. Instances are immutable and may be shared
 * between threads if their arena allows it.
 */
public final class SafeTensorsFile implements TensorArchive {
  private final Path path;
  private final List<TensorEntry> entries;
  private final Map<String, TensorEntry> byName;
  private final Map<String, String> metadata;

  private SafeTensorsFile(Path path, List<TensorEntry> entries, Map<String, String> metadata) {
    this.path = path;
    this.entries = List.copyOf(entries);
    this.metadata = metadata;
    this.byName = HashMap.newHashMap(entries.size());
    for (TensorEntry entry : entries) {
      byName.put(entry.name(), entry);
    }
  }

  /**
   * Opens a file whose mapping lives as long as any of its segments is reachable.
   *
   * <p>Nothing has to be closed; the garbage collector ends the mapping.
   *
   * @param path a regular file; read permission is enough
   * @throws CorruptFileException if the file breaks a rule of the format
   * @throws IOException if the file is missing or cannot be read
   */
  public static SafeTensorsFile open(Path path) throws IOException {
    return open(path, Arena.ofAuto());
  }

  /**
   * Opens a file whose mapping lives as long as an arena.
   *
   * @param path a regular file; read permission is enough
   * @param arena owner of the mapping; after it is closed the entries' data must not be used
   * @throws CorruptFileException if the file breaks a rule of the format
   * @throws IOException if the file is missing or cannot be read
   */
  public static SafeTensorsFile open(Path path, Arena arena) throws IOException {
    MemorySegment bytes = PrivateMapping.map(path, arena);
    SafeTensorsHeader header = SafeTensorsHeader.parse(path, bytes);
    List<TensorEntry> entries = new ArrayList<>(header.items().size());
    for (SafeTensorsHeader.Item item : header.items()) {
      MemorySegment data =
          bytes.asSlice(header.dataStart() + item.begin(), item.end() - item.begin());
      entries.add(new TensorEntry(item.name(), item.type().name(), item.shape(), data));
    }
    return new SafeTensorsFile(path, entries, header.metadata());
  }

  /** Returns the path the file was opened with. */
  public Path path() {
    return path;
  }

  @Override
  public List<TensorEntry> entries() {
    return entries;
  }

  @Override
  public Optional<TensorEntry> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }
}
