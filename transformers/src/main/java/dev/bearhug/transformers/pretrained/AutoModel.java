package dev.bearhug.transformers.pretrained;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.nn.KeyMap;
import dev.bearhug.nn.LoadReport;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.StoredWeights;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.error.Suggestions;
import dev.bearhug.tensor.io.SafeTensors;
import dev.bearhug.tensor.io.TensorArchive;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.transformers.config.ModelConfig;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Opens and creates models by the {@code model_type} of their configuration. */
public final class AutoModel {

  private static final long MAX_CONFIG_BYTES = 16L << 20;
  private static final Map<String, Architecture> ARCHITECTURES = new TreeMap<>();

  static {
    ServiceLoader.load(Architecture.class, AutoModel.class.getClassLoader())
        .forEach(a -> ARCHITECTURES.put(a.modelType(), a));
  }

  private AutoModel() {}

  /**
   * Opens a Hugging Face model folder: {@code config.json} with {@code model.safetensors} or its
   * shards.
   *
   * @param folder the folder
   * @param head what to predict; null for what {@code config.json} says. A head that the checkpoint
   *     lacks is initialised, which the load report says
   * @param seed for new parameters
   * @param device where the parameters live
   * @throws dev.bearhug.nn.LoadException if weights of the backbone are missing or of another shape
   * @throws IOException if a file is missing or cannot be read
   */
  public static PretrainedModel open(Path folder, HeadSpec head, long seed, Device device)
      throws IOException {
    return open(folder, head, UnaryOperator.identity(), seed, device);
  }

  /**
   * Opens a model folder with a changed configuration, such as other dropout rates.
   *
   * @param folder the folder
   * @param head what to predict; null for what {@code config.json} says
   * @param change maps the configuration of the folder to the one to build
   * @param seed for new parameters
   * @param device where the parameters live
   * @throws dev.bearhug.nn.LoadException if weights of the backbone are missing or of another shape
   * @throws IOException if a file is missing or cannot be read
   */
  public static PretrainedModel open(
      Path folder, HeadSpec head, UnaryOperator<ModelConfig> change, long seed, Device device)
      throws IOException {
    JsonNode json = readConfigJson(folder);
    Architecture architecture = architecture(json, folder);
    ModelConfig config = change.apply(architecture.readConfig(json));
    HeadSpec spec = head == null ? HeadSpec.fromJson(json) : head;
    TensorArchive archive = SafeTensors.open(folder);
    StoredWeights weights =
        new StoredWeights(archive, folder.toString(), keys(architecture, spec.kind(), archive));
    PretrainedModel model =
        build(architecture, config, spec, Params.from(weights, seed, device), weights.report());
    try {
      architecture.tiedKeys(config).forEach(weights::acknowledge);
      weights.finish().requireComplete(architecture::isHead);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Creates a model with random weights; the same seed gives the same weights. */
  public static PretrainedModel create(
      ModelConfig config, HeadSpec head, long seed, Device device) {
    Architecture a = ARCHITECTURES.get(config.modelType());
    if (a == null) {
      throw unknown(config.modelType(), "the configuration");
    }
    return build(a, config, head, Params.random(seed, device), null);
  }

  /** Reads the configuration of a model folder. */
  public static ModelConfig readConfig(Path folder) throws IOException {
    JsonNode json = readConfigJson(folder);
    return architecture(json, folder).readConfig(json);
  }

  private static PretrainedModel build(
      Architecture a, ModelConfig config, HeadSpec spec, Params params, LoadReport report) {
    return new PretrainedModel(
        a,
        spec,
        params,
        p -> a.backbone(config, spec.kind(), p),
        (backbone, p) -> a.head(spec, config, backbone, p),
        report);
  }

  /** The architecture's rules, then the base prefix added or removed to fit the wanted head. */
  private static KeyMap keys(Architecture a, HeadKind kind, TensorArchive archive) {
    List<KeyMap.Rule> rules = new ArrayList<>(a.keys().rules());
    String prefix = a.basePrefix() + ".";
    boolean prefixed =
        archive.entries().stream().map(TensorEntry::name).anyMatch(n -> n.startsWith(prefix));
    if (kind == HeadKind.BASE && prefixed) {
      rules.add(KeyMap.Rule.rename("saved with a head", "^" + Pattern.quote(prefix), ""));
    } else if (kind != HeadKind.BASE && !prefixed) {
      rules.add(
          KeyMap.Rule.rename(
              "saved without a head", "^(embeddings|encoder|pooler)\\.", prefix + "$1."));
    }
    return new KeyMap(rules.toArray(new KeyMap.Rule[0]));
  }

  private static JsonNode readConfigJson(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "model: "
              + folder
              + " is not a folder. A model is a folder with config.json and model.safetensors.");
    }
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "model: "
              + folder
              + " has no config.json. Is this the folder of a model? It must hold config.json and"
              + " model.safetensors.");
    }
    if (Files.size(file) > MAX_CONFIG_BYTES) {
      throw new IOException("model: " + file + " is larger than 16 MiB and cannot be a config.");
    }
    try {
      JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
      if (json == null || !json.isObject()) {
        throw new IOException("model: " + file + " is not a JSON object.");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new IOException("model: " + file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Architecture architecture(JsonNode json, Path folder) {
    String type = json.path("model_type").asText("");
    Architecture a = ARCHITECTURES.get(type);
    if (a == null) {
      throw unknown(type, folder.resolve("config.json").toString());
    }
    return a;
  }

  private static IllegalArgumentException unknown(String type, String where) {
    return new IllegalArgumentException(
        "model: "
            + where
            + " says model_type \""
            + type
            + "\", which is none of the architectures "
            + ARCHITECTURES.keySet()
            + "."
            + Suggestions.didYouMean(type, ARCHITECTURES.keySet()));
  }
}
