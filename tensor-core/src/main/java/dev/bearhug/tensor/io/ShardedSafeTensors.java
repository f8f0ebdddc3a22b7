package dev.bearhug.tensor.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model in several safetensors files, read through its {@code *.safetensors.index.json}.
 *
 * <p>The index maps tensor names to files of its own folder:
 *
 * <pre>
 *   {"metadata": {"total_size": 123}, "weight_map": {"name": "model-00001-of-00002.safetensors"}}
 * </pre>
 *
 * Names of files are taken as plain names only; an index cannot reach another folder.
 */
public final class ShardedSafeTensors implements TensorArchive {
  private final List<TensorEntry> entries = new ArrayList<>();
  private final Map<String, TensorEntry> byName = new HashMap<>();
  private final List<String> unlisted = new ArrayList<>();
  private final List<Path> shards = new ArrayList<>();
  private Map<String, String> metadata = Map.of();

  private ShardedSafeTensors() {}

  /**
   * Opens all shards of an index; their mappings live as long as any segment is reachable.
   *
   * @param index path of the index
   * @throws CorruptFileException if index or shard break a rule, a shard is missing or lies outside
   *     the folder, or a shard does not hold a tensor that the index promises
   * @throws IOException if the index is missing or a file cannot be read
   */
  public static ShardedSafeTensors open(Path index) throws IOException {
    return open(index, Arena.ofAuto());
  }

  /**
   * Opens all shards of an index with mappings that live as long as an arena.
   *
   * @param index path of the index
   * @param arena owner of the mappings
   * @throws CorruptFileException as in {@link #open(Path)}
   * @throws IOException if the index is missing or a file cannot be read
   */
  public static ShardedSafeTensors open(Path index, Arena arena) throws IOException {
    Map<String, String> weightMap = new IndexReader(index).read();
    ShardedSafeTensors result = new ShardedSafeTensors();
    Map<String, SafeTensorsFile> files = new LinkedHashMap<>();
    for (Map.Entry<String, String> place : weightMap.entrySet()) {
      String shard = place.getValue();
      SafeTensorsFile file = files.get(shard);
      if (file == null) {
        file = openShard(index, shard, place.getKey(), arena);
        files.put(shard, file);
      }
      if (file.find(place.getKey()).isEmpty()) {
        throw new CorruptFileException(
            "safetensors index",
            index,
            "each tensor is in the shard the index names",
            "\"" + place.getKey() + "\" is not in " + shard,
            "Index and shards are of different models or versions. Fetch all files again.",
            null);
      }
    }
    for (Map.Entry<String, SafeTensorsFile> file : files.entrySet()) {
      result.add(file.getKey(), file.getValue(), weightMap);
    }
    return result;
  }

  private static SafeTensorsFile openShard(Path index, String shard, String tensor, Arena arena)
      throws IOException {
    Path path = index.resolveSibling(shard);
    if (!Files.exists(path)) {
      throw new CorruptFileException(
          "safetensors index",
          index,
          "each shard is beside the index",
          shard + " is missing, which holds \"" + tensor + "\"",
          "The download is incomplete. Fetch the missing file.",
          null);
    }
    return SafeTensorsFile.open(path, arena);
  }

  private void add(String shard, SafeTensorsFile file, Map<String, String> weightMap) {
    if (shards.isEmpty()) {
      metadata = file.metadata();
    }
    shards.add(file.path());
    for (TensorEntry entry : file.entries()) {
      if (shard.equals(weightMap.get(entry.name()))) {
        entries.add(entry);
        byName.put(entry.name(), entry);
      } else {
        unlisted.add(shard + ": " + entry.name());
      }
    }
  }

  /**
   * Returns the tensors that the index lists: shard after shard, each in the order of its bytes.
   */
  @Override
  public List<TensorEntry> entries() {
    return List.copyOf(entries);
  }

  @Override
  public Optional<TensorEntry> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Returns the metadata of the first shard. */
  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns the paths of the shards in the order the index first names them. */
  public List<Path> shards() {
    return List.copyOf(shards);
  }

  /** Returns tensors that shards hold though the index does not list them, as "shard: name". */
  public List<String> unlisted() {
    return List.copyOf(unlisted);
  }

  /** Reads and checks the index itself. */
  private static final class IndexReader {
    private final Path index;

    IndexReader(Path index) {
      this.index = index;
    }

    Map<String, String> read() throws IOException {
      Map<String, String> weightMap = null;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = PrivateMapping.map(index, arena);
        check(
            bytes.byteSize() <= SafeTensorsHeader.MAX_LENGTH,
            "an index has at most 100000000 bytes",
            "it has " + bytes.byteSize());
        try (Reader reader = SafeTensorsHeader.strictUtf8(bytes.asByteBuffer());
            JsonParser json = SafeTensorsHeader.JSON.createParser(reader)) {
          check(
              json.nextToken() == JsonToken.START_OBJECT, "an index is a JSON object", "it is not");
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (field.equals("weight_map")) {
              check(value == JsonToken.START_OBJECT, "weight_map is an object", "found " + value);
              weightMap = readWeightMap(json);
            } else {
              json.skipChildren();
            }
          }
          check(json.nextToken() == null, "nothing follows the object", "found more text");
        }
      } catch (CharacterCodingException | JacksonException e) {
        throw corrupt("an index is strict JSON in UTF-8", e.getMessage(), e);
      }
      check(weightMap != null, "an index has a weight_map", "it has none");
      return weightMap;
    }

    private Map<String, String> readWeightMap(JsonParser json) throws IOException {
      Map<String, String> weightMap = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        check(
            value == JsonToken.VALUE_STRING,
            "weight_map holds names of files",
            "\"" + name + "\" has " + value);
        String shard = json.getText();
        check(
            isPlainName(shard),
            "a shard is a plain file name in the folder of the index",
            "\"" + name + "\" points to \"" + shard + "\"");
        weightMap.put(name, shard);
      }
      return weightMap;
    }

    private static boolean isPlainName(String name) {
      return !name.isBlank()
          && !name.equals(".")
          && !name.equals("..")
          && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
          && name.length() <= 255;
    }

    private void check(boolean holds, String rule, String actual) {
      if (!holds) {
        throw corrupt(rule, actual, null);
      }
    }

    private CorruptFileException corrupt(String rule, String actual, Throwable cause) {
      return new CorruptFileException(
          "safetensors index",
          index,
          rule,
          actual,
          "The index is damaged or was made by hand. Fetch it again from the source of the model.",
          cause);
    }
  }
}
