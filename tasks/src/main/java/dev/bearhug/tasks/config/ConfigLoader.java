package dev.bearhug.tasks.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tensor.error.Suggestions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a {@link RunConfig} from layers: defaults, preset, file, single settings; later ones win.
 *
 * <p>A layer that sets one of two keys that exclude each other, such as {@code model.path} and
 * {@code model.config}, clears the other one of the layers before. Every error names the key and
 * where its value comes from.
 */
public final class ConfigLoader {

  private static final List<String> PRESETS = List.of("finetune", "scratch");
  private static final List<List<String>> EXCLUSIVE =
      List.of(
          List.of("model.path", "model.config"),
          List.of("train.warmupSteps", "train.warmupRatio"),
          List.of("data.devFraction", "data.trainRows"));

  private static final String DATA = "data.";

  private final Map<String, Class<?>> leaves = RecordCodec.leaves(RunConfig.class);
  private String preset;
  private Path file;
  private final List<String> settings = new ArrayList<>();

  /** Creates a loader that knows the defaults only. */
  public ConfigLoader() {}

  /** Returns the names of the presets. */
  public static List<String> presets() {
    return PRESETS;
  }

  /** Returns the dotted names of all keys in the order of the records. */
  public static List<String> keys() {
    return List.copyOf(RecordCodec.leaves(RunConfig.class).keySet());
  }

  /**
   * Chooses a preset.
   *
   * @throws ConfigException when there is no such preset
   */
  public ConfigLoader preset(String name) {
    if (!PRESETS.contains(name)) {
      throw new ConfigException(
          null,
          null,
          "there is no preset \"%s\" (presets: %s).%s"
              .formatted(name, PRESETS, Suggestions.didYouMean(name, PRESETS)));
    }
    preset = name;
    return this;
  }

  /** Chooses a file: JSON, in which comments are allowed. */
  public ConfigLoader file(Path path) {
    file = path;
    return this;
  }

  /**
   * Adds a setting {@code a.b=c}; the text after the sign is read as the type of the key demands, a
   * list as texts with commas or as a JSON array, and {@code null} unsets what may be unset.
   */
  public ConfigLoader set(String setting) {
    settings.add(setting);
    return this;
  }

  /**
   * Merges the layers and checks the result.
   *
   * @throws ConfigException for an unknown key, a value of a wrong type or out of range, a missing
   *     value, or a file that cannot be read
   */
  public RunConfig load() {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    Map<String, String> origins = new LinkedHashMap<>();
    apply(ConfigSource.ofResource("defaults.json", leaves), values, origins);
    if (preset != null) {
      apply(ConfigSource.ofResource("presets/" + preset + ".json", leaves), values, origins);
    }
    if (file != null) {
      apply(ConfigSource.ofFile(file, leaves), values, origins);
    }
    apply(settingsLayer(), values, origins);
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    values.forEach((key, value) -> put(tree, key, value));
    try {
      return RecordCodec.bind(RunConfig.class, tree);
    } catch (RecordCodec.Mismatch e) {
      throw new ConfigException(e.key, origins.get(e.key), e.getMessage());
    } catch (IllegalArgumentException e) {
      // The checks of the records start their messages with the key.
      String key = e.getMessage().split(" ", 2)[0];
      throw new ConfigException(key, origins.get(key), e.getMessage());
    }
  }

  /**
   * Returns how data is read, changed by single settings.
   *
   * @param spec the specification to begin with
   * @param settings each {@code data.x=y}
   * @throws ConfigException for an unknown key or a value of a wrong type or out of range
   */
  public static DataSpec overrideData(DataSpec spec, List<String> settings) {
    ConfigLoader loader = new ConfigLoader();
    settings.forEach(loader::set);
    Map<String, JsonNode> values = new LinkedHashMap<>();
    RecordCodec.toTree(spec)
        .properties()
        .forEach(entry -> values.put(DATA + entry.getKey(), entry.getValue()));
    Map<String, String> origins = new LinkedHashMap<>();
    apply(loader.settingsLayer(), values, origins);
    return bindData(values, origins);
  }

  /** Returns how data is read as JSON for {@link #readData}. */
  public static String dataToJson(DataSpec spec) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.set("data", RecordCodec.toTree(spec));
    return root.toPrettyString() + "\n";
  }

  /**
   * Reads how data is read.
   *
   * @param file what {@link #dataToJson} wrote
   * @throws ConfigException when the file cannot be read or is not of this form
   */
  public static DataSpec readData(Path file) {
    ConfigSource source = ConfigSource.ofFile(file, RecordCodec.leaves(RunConfig.class));
    return bindData(source.values(), source.origins());
  }

  private static DataSpec bindData(Map<String, JsonNode> values, Map<String, String> origins) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    values.forEach(
        (key, value) -> {
          if (!key.startsWith(DATA)) {
            throw new ConfigException(
                key, origins.get(key), key + " has no effect here; only keys of data. have.");
          }
          tree.set(key.substring(DATA.length()), value);
        });
    try {
      return RecordCodec.bind(DataSpec.class, tree);
    } catch (RecordCodec.Mismatch e) {
      throw new ConfigException(DATA + e.key, origins.get(DATA + e.key), DATA + e.getMessage());
    } catch (IllegalArgumentException e) {
      String key = e.getMessage().split(" ", 2)[0];
      throw new ConfigException(key, origins.get(key), e.getMessage());
    }
  }

  private static void apply(
      ConfigSource layer, Map<String, JsonNode> values, Map<String, String> origins) {
    for (List<String> pair : EXCLUSIVE) {
      for (int i = 0; i < 2; i++) {
        String key = pair.get(i);
        String other = pair.get(1 - i);
        boolean sets = layer.values().containsKey(key) && !layer.values().get(key).isNull();
        if (sets && !layer.values().containsKey(other)) {
          values.put(other, NullNode.instance);
        }
      }
    }
    values.putAll(layer.values());
    origins.putAll(layer.origins());
  }

  private ConfigSource settingsLayer() {
    ConfigSource layer = new ConfigSource(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (String setting : settings) {
      int sign = setting.indexOf('=');
      String origin = "--set " + setting;
      if (sign < 1) {
        throw new ConfigException(
            null, origin, "a setting must have the form key=value. Example: train.epochs=3.");
      }
      String key = setting.substring(0, sign).strip();
      Class<?> type = leaves.get(key);
      if (type == null) {
        if (leaves.keySet().stream().anyMatch(leaf -> leaf.startsWith(key + "."))) {
          throw new ConfigException(
              key, origin, key + " is a section; set one of its keys, as in " + key + ".x=y.");
        }
        throw ConfigSource.unknown(key, origin, leaves.keySet());
      }
      try {
        JsonNode value = RecordCodec.parse(type, setting.substring(sign + 1), key);
        RecordCodec.value(type, value, key);
        layer.values().put(key, value);
        layer.origins().put(key, origin);
      } catch (RecordCodec.Mismatch e) {
        throw new ConfigException(key, origin, e.getMessage());
      }
    }
    return layer;
  }

  private static void put(ObjectNode tree, String key, JsonNode value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      tree.set(key, value);
    } else {
      put(tree.withObjectProperty(key.substring(0, dot)), key.substring(dot + 1), value);
    }
  }
}
