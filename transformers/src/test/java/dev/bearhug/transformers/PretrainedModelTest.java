package dev.bearhug.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.autograd.CheckpointPolicy;
import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.LoadException;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.error.TensorException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.head.ProblemType;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PretrainedModelTest {

  private static final HeadSpec LABELS = HeadSpec.classification(List.of("no", "yes", "maybe"));

  @TempDir Path folder;

  private static BertConfig small(int vocab) {
    return new BertConfig(
        vocab, 16, 2, 2, 24, "gelu", 0.1, 0.1, -1, 12, 2, 0.02, 1e-12, 0, "absolute", true);
  }

  private static TensorMap batch(int choices) {
    long[] ids = new long[2 * choices * 5];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 1 + i % 7;
    }
    Tensor t = choices == 1 ? Tensor.of(ids, 2, 5) : Tensor.of(ids, 2, choices, 5);
    return TensorMap.of("input_ids", t);
  }

  @ParameterizedTest
  @EnumSource(HeadKind.class)
  void aSavedFolderOpensEqual(HeadKind kind) throws Exception {
    HeadSpec spec = new HeadSpec(kind, List.of("a", "b"), ProblemType.SINGLE_LABEL);
    try (PretrainedModel model = AutoModel.create(small(11), spec, 3, Device.CPU)) {
      model.save(folder);
      try (PretrainedModel back = AutoModel.open(folder, null, 4, Device.CPU);
          Scope scope = Scope.open("test");
          NoGrad ignored = NoGrad.enter()) {
        assertThat(back.config()).isEqualTo(model.config());
        assertThat(back.head().kind()).isEqualTo(kind);
        assertThat(back.loadReport().missing()).isEmpty();
        assertThat(back.loadReport().unexpected()).isEmpty();
        List<Parameter> a = model.parameters();
        List<Parameter> b = back.parameters();
        assertThat(b.stream().map(Parameter::path))
            .isEqualTo(a.stream().map(Parameter::path).toList());
        for (int i = 0; i < a.size(); i++) {
          assertThat(b.get(i).tensor().toFloatArray()).isEqualTo(a.get(i).tensor().toFloatArray());
        }
        TensorMap in = batch(kind == HeadKind.MULTIPLE_CHOICE ? 3 : 1);
        TensorMap x = model.forward(in);
        TensorMap y = back.forward(in);
        assertThat(y.names()).isEqualTo(x.names());
        for (String name : x.names()) {
          assertThat(y.get(name).toFloatArray()).isEqualTo(x.get(name).toFloatArray());
        }
      }
    }
  }

  @Test
  void aNewHeadOnAnOldBackboneIsReported() throws Exception {
    try (PretrainedModel lm =
        AutoModel.create(small(11), HeadSpec.of(HeadKind.MASKED_LM), 3, Device.CPU)) {
      lm.save(folder);
    }
    try (PretrainedModel model = AutoModel.open(folder, LABELS, 4, Device.CPU)) {
      assertThat(model.loadReport().missing())
          .containsExactly(
              "bert.pooler.dense.weight",
              "bert.pooler.dense.bias",
              "classifier.weight",
              "classifier.bias");
      assertThat(model.loadReport().unexpected()).contains("cls.predictions.bias");
    }
    try (PretrainedModel bare = AutoModel.open(folder, HeadSpec.of(HeadKind.BASE), 4, Device.CPU)) {
      assertThat(bare.loadReport().loaded()).contains("encoder.layer.1.output.dense.weight");
      assertThat(bare.loadReport().renamed())
          .contains("bert.embeddings.LayerNorm.bias -> embeddings.LayerNorm.bias");
      Path plain = Files.createDirectory(folder.resolve("plain"));
      bare.save(plain);
      try (PretrainedModel again = AutoModel.open(plain, LABELS, 4, Device.CPU)) {
        assertThat(again.loadReport().missing())
            .containsExactly("classifier.weight", "classifier.bias");
      }
    }
  }

  @Test
  void refusesAnotherVocabularyLabelCountOrArchitecture() throws Exception {
    try (PretrainedModel model = AutoModel.create(small(11), LABELS, 3, Device.CPU)) {
      model.save(folder);
    }
    Path config = folder.resolve("config.json");
    String json = Files.readString(config);
    Files.writeString(config, json.replace("\"vocab_size\" : 11", "\"vocab_size\" : 13"));
    assertThatThrownBy(() -> AutoModel.open(folder, null, 1, Device.CPU))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining(
            "bert.embeddings.word_embeddings.weight: file [11, 16], model [13, 16]")
        .hasMessageContaining("Another vocabulary");
    Files.writeString(config, json);
    assertThatThrownBy(
            () -> AutoModel.open(folder, HeadSpec.classification(List.of("a", "b")), 1, Device.CPU))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("classifier.weight: file [3, 16], model [2, 16]");
    Files.writeString(config, json.replace("\"bert\"", "\"berd\""));
    assertThatThrownBy(() -> AutoModel.open(folder, null, 1, Device.CPU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("says model_type \"berd\", which is none of the architectures [bert");
    Files.writeString(
        config, json.replace("\"num_attention_heads\" : 2", "\"num_attention_heads\" : 0"));
    assertThatThrownBy(() -> AutoModel.open(folder, null, 1, Device.CPU))
        .hasMessage("config.json: \"num_attention_heads\" must be a positive integer, this is 0.");
    Files.write(config, "{\"model_type\":".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> AutoModel.open(folder, null, 1, Device.CPU))
        .hasMessageContaining("config.json is not JSON");
    Files.delete(config);
    assertThatThrownBy(() -> AutoModel.open(folder, null, 1, Device.CPU))
        .hasMessageContaining("has no config.json");
  }

  @Test
  void errorsNameTheLayer() {
    try (PretrainedModel model = AutoModel.create(small(11), LABELS, 3, Device.CPU);
        Scope scope = Scope.open("test")) {
      TensorMap in = TensorMap.of("input_ids", Tensor.of(new long[] {1, 99}, 1, 2));
      assertThatThrownBy(() -> model.forward(in))
          .isInstanceOf(TensorException.class)
          .hasMessageContaining("99")
          .hasMessageEndingWith("in bert.embeddings.word_embeddings");
      TensorMap longText = TensorMap.of("input_ids", Tensor.of(new long[13], 1, 13));
      assertThatThrownBy(() -> model.forward(longText))
          .hasMessageContaining("13 tokens but max_position_embeddings is 12");
    }
  }

  @ParameterizedTest
  @EnumSource(CheckpointPolicy.class)
  void whatIsRecomputedGivesTheSameGradients(CheckpointPolicy policy) {
    try (PretrainedModel model = AutoModel.create(small(11), LABELS, 3, Device.CPU)) {
      model.setTraining(true);
      float[][] plain = gradients(model);
      model.backbone().setCheckpointing(policy);
      float[][] again = gradients(model);
      assertThat(again).isDeepEqualTo(plain);
    }
  }

  private static float[][] gradients(PretrainedModel model) {
    RandomSource.current().restore(new RandomSource.State(5, 0));
    try (Scope scope = Scope.open("step")) {
      TensorMap in = batch(1).put("labels", Tensor.of(new long[] {0, 2}));
      Autograd.backward(model.forward(in).get("loss"));
      return model.parameters().stream().map(p -> p.grad().toFloatArray()).toArray(float[][]::new);
    } finally {
      model.parameters().forEach(Parameter::zeroGrad);
    }
  }
}
