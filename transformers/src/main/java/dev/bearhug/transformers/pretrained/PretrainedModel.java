package dev.bearhug.transformers.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.nn.LoadReport;
import dev.bearhug.nn.Model;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.StateTensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.io.AtomicFiles;
import dev.bearhug.tensor.io.SafeTensorsWriter;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.transformers.config.ModelConfig;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.model.Backbone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A backbone with a head. Parameter paths equal the keys of the Hugging Face checkpoint of the same
 * class.
 */
public final class PretrainedModel extends Model {

  /** Largest weight file; larger models are written as shards with an index. */
  private static final long MAX_SHARD_BYTES = 5L << 30;

  private final Backbone backbone;
  private final Head head;
  private final HeadSpec spec;
  private final Architecture architecture;
  private final LoadReport loadReport;

  PretrainedModel(
      Architecture architecture,
      HeadSpec spec,
      Params params,
      Function<Params, Backbone> makeBackbone,
      BiFunction<Backbone, Params, Head> makeHead,
      LoadReport loadReport) {
    super(params);
    this.architecture = architecture;
    this.spec = spec;
    this.loadReport = loadReport;
    String prefix = architecture.prefixFor(spec.kind());
    backbone = child(prefix, makeBackbone.apply(params.sub(prefix)));
    Head h = makeHead.apply(backbone, params);
    head = h == null ? null : child("", h);
    backbone.setPadded(h != null && h.readsPadding());
  }

  /**
   * Runs backbone and head.
   *
   * @param inputs see {@link Backbone} and the head
   * @return outputs of the head, or of the backbone if there is none; with {@link
   *     Backbone#isDetailed} also the backbone's inner states
   */
  @Override
  public TensorMap forward(TensorMap inputs) {
    return callMap(
        () -> {
          if (head == null) {
            return backbone.forward(inputs);
          }
          TensorMap hidden = backbone.forward(head.prepare(inputs));
          TensorMap out = head.forward(hidden, inputs);
          if (backbone.isDetailed()) {
            for (String name : hidden.names()) {
              if (name.startsWith(Backbone.HIDDEN_STATES) || name.startsWith(Backbone.ATTENTIONS)) {
                out.put(name, hidden.get(name));
              }
            }
          }
          return out;
        });
  }

  /** Configuration of the backbone. */
  public ModelConfig config() {
    return backbone.config();
  }

  /** The part without head. */
  public Backbone backbone() {
    return backbone;
  }

  /** What it predicts. */
  public HeadSpec head() {
    return spec;
  }

  /** What happened to each key while loading; null for a model that was created. */
  public LoadReport loadReport() {
    return loadReport;
  }

  /** Number of elements of all parameters. */
  public long parameterCount() {
    return parameters().stream().mapToLong(Parameter::numel).sum();
  }

  /**
   * Writes {@code config.json} and {@code model.safetensors} into an existing folder, as the
   * Hugging Face library does; each file appears whole or not at all.
   */
  public void save(Path folder) throws IOException {
    ObjectNode json = config().toJson();
    spec.writeTo(json, architecture.family());
    json.put("torch_dtype", "float32");
    AtomicFiles.writeString(folder.resolve("config.json"), json.toPrettyString() + "\n");
    try (Scope scope = Scope.open("save model")) {
      List<TensorEntry> entries = new ArrayList<>();
      for (StateTensor p : state()) {
        entries.add(TensorFiles.toEntry(p.path(), p.tensor()));
      }
      SafeTensorsWriter.writeModel(folder, entries, Map.of("format", "pt"), MAX_SHARD_BYTES);
    }
  }
}
