package dev.bearhug.tasks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.tasks.processor.Toggle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers, types, checks and the errors of the configuration. */
class ConfigLoaderTest {

  @TempDir Path folder;

  private static ConfigLoader loader(String... settings) {
    ConfigLoader loader =
        new ConfigLoader().set("model.path=m").set("data.path=d").set("output.path=o");
    for (String setting : settings) {
      loader.set(setting);
    }
    return loader;
  }

  private Path file(String content) {
    try {
      return Files.writeString(folder.resolve("run.json"), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertFails(ConfigLoader loader, String... parts) {
    assertThatThrownBy(loader::load)
        .isInstanceOf(ConfigException.class)
        .message()
        .startsWith("config: ")
        .contains(parts);
  }

  @Test
  void defaultsCoverEveryKey() {
    assertThat(
            ConfigSource.ofResource("defaults.json", RecordCodec.leaves(RunConfig.class))
                .values()
                .keySet())
        .containsExactlyElementsOf(ConfigLoader.keys());
    RunConfig config = loader().load();
    assertThat(config.train().learningRate()).isEqualTo(5e-5);
    assertThat(config.train().evaluateEvery()).isEqualTo(Interval.EPOCH);
    assertThat(config.data().header()).isEqualTo(Toggle.AUTO);
  }

  @Test
  void laterLayersWin() {
    Path file =
        file(
            """
            // my run
            {
              "train": {"epochs": 5, "learningRate": 1e-4, /* often */ "evaluateEvery": 200},
              "data": {"label": 0, "text": [1, 2]},
            }
            """);
    RunConfig config = loader("train.epochs=0.5").preset("finetune").file(file).load();
    assertThat(config.train().warmupRatio()).isEqualTo(0.1);
    assertThat(config.train().learningRate()).isEqualTo(1e-4);
    assertThat(config.train().epochs()).isEqualTo(0.5);
    assertThat(config.train().evaluateEvery()).isEqualTo(new Interval(200));
    assertThat(config.data().label()).isEqualTo("0");
    assertThat(config.data().text()).containsExactly("1", "2");
  }

  @Test
  void aLaterLayerClearsTheKeyItExcludes() {
    RunConfig config = loader("train.warmupSteps=7").preset("scratch").load();
    assertThat(config.model().config()).isNull();
    assertThat(config.train().warmupRatio()).isNull();
    assertThat(config.train().warmup(1000)).isEqualTo(7);
    assertFails(loader("model.config=tiny"), "model.path excludes model.config (is m)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"finetune", "scratch"})
  void presetsLoad(String name) {
    ConfigLoader loader = new ConfigLoader().preset(name).set("data.path=d").set("output.path=o");
    if (name.equals("finetune")) {
      loader.set("model.path=m");
    }
    assertThat(loader.load().train().schedule(100).rate(0)).isZero();
    assertThat(ConfigLoader.presets()).contains(name);
  }

  @Test
  void settingsAreTypedByTheirKeys() {
    RunConfig config =
        loader(
                "train.seed=99999999999",
                "train.clipNorm=null",
                "train.optimizer=sgd",
                "train.momentum=0.9",
                "data.text=a,b",
                "data.skipLabels=[\"-\", \"x,y\"]",
                "data.labelType=multi",
                "data.labelSeparator==",
                "train.evaluateEvery=epoch",
                "output.overwrite=true")
            .load();
    assertThat(config.train().seed()).isEqualTo(99999999999L);
    assertThat(config.train().clipNorm()).isNull();
    assertThat(config.train().optimizer()).isEqualTo(OptimizerKind.SGD);
    assertThat(config.data().text()).containsExactly("a", "b");
    assertThat(config.data().skipLabels()).containsExactly("-", "x,y");
    assertThat(config.data().labelType()).isEqualTo(LabelType.MULTI);
    assertThat(config.data().labelSeparator()).isEqualTo("=");
    assertThat(config.output().overwrite()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.batchSize=many | train.batchSize must be a whole number of 32 bits (given: many).",
        "train.batchSize=1.5 | a whole number of 32 bits (given: 1.5).",
        "train.batchSize=null | train.batchSize must be a whole number of 32 bits (given: null).",
        "train.batchSize=99999999999 | a whole number of 32 bits",
        "train.learningRate=NaN | train.learningRate must be a finite number (given: NaN).",
        "train.learningRate=1e999 | a finite number",
        "train.optimizer=adam | train.optimizer must be one of adamw, sgd (given: \"adam\").",
        "train.checkpointing=yes | train.checkpointing must be one of none, memory_bound_ops, each_block (given: \"yes\").",
        "train.evaluateEvery=0 | train.evaluateEvery must be epoch or a number of steps",
        "model.config=huge | one of tiny, mini, small, base, or null (given: \"huge\").",
        "data.text=[1 | data.text must be a list of texts (given: [1).",
        "train.learnigRate=1 | no key \"train.learnigRate\". Did you mean train.learningRate",
        "learningRate=1 | no key \"learningRate\". Did you mean train.learningRate",
        "train=1 | train is a section",
        "train.epochs | must have the form key=value",
      })
  void wrongSettingsNameKeyTypeAndValue(String setting, String message) {
    assertFails(loader(setting), message, "\n  in --set " + setting);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.batchSize=0 | train.batchSize must be at least 1 (is 0).",
        "train.schedule=linaer | Did you mean linear",
        "train.schedulePower=2 | train.schedulePower is only for schedules named polynomial",
        "train.momentum=0.9 | train.momentum is only for train.optimizer=sgd (is 0.9).",
        "train.finalLearningRate=1 | is only for the schedule polynomial",
        "train.device=gpu | must be one of [auto, cpu, cuda, reference]",
        "train.epochs=0 | train.epochs must lie in (0, 1e6]",
        "train.beta2=1 | train.beta2 must be at least 0 and below 1",
        "model.hiddenDropout=1 | model.hiddenDropout must be at least 0 and below 1 (is 1.0).",
        "tokenizer.maxLength=4 | tokenizer.maxLength must be at least 5",
        "data.devFraction=2 | data.devFraction must lie between 0 and 1 (is 2.0).",
        "evaluate.batchSize=0 | evaluate.batchSize must be at least 1",
        "task=  | task must not be blank",
      })
  void valuesOutOfRangeNameTheirOrigin(String setting, String message) {
    assertFails(loader(setting), message, "\n  in --set " + setting);
  }

  @Test
  void errorsInFilesNameTheLine() {
    assertFails(
        loader().file(file("{\n  \"train\": {\n    \"batchsize\": 3\n  }\n}")),
        "no key \"train.batchsize\". Did you mean train.batchSize",
        "run.json:3");
    assertFails(
        loader().file(file("{\"train\": {\n\"batchSize\": \"16\"}}")),
        "train.batchSize must be a whole number of 32 bits (given: \"16\").",
        "run.json:2");
    assertFails(loader().file(file("{\"train\": {\n\"batchSize\": -1}}")), "(is -1)", "run.json:2");
    assertFails(loader().file(file("{\"train\": 3}")), "train must be an object", "run.json:1");
    assertFails(loader().file(file("{\"task\" 3}")), "broken JSON", "run.json:1:");
    assertFails(loader().file(file("{\"task\": \"a\",\n \"task\": \"b\"}")), "Duplicate", ":2:");
    assertFails(loader().file(file("{} {}")), "text after the end", "run.json:1");
    assertFails(loader().file(file("[]")), "must be one JSON object");
    assertFails(loader().file(folder.resolve("none.json")), "none.json cannot be read");
  }

  @Test
  void whatMustBeSetIsNamed() {
    assertFails(new ConfigLoader(), "model.path or model.config must be set");
    assertFails(new ConfigLoader().set("model.path=m"), "output.path must be set");
    assertFails(
        new ConfigLoader().set("model.path=m").set("output.path=o"), "data.path must be set");
    assertFails(loader("model.config=tiny", "model.path=null"), "tokenizer.path must be set");
    assertThatThrownBy(() -> new ConfigLoader().preset("scrach"))
        .hasMessageContaining("Did you mean scratch?");
  }

  @Test
  void theWrittenConfigurationRepeatsTheRun() {
    RunConfig config =
        loader("train.seed=7", "data.text=a,b", "train.evaluateEvery=50", "train.learningRate=3e-5")
            .load()
            .resolve(folder, 3);
    assertThat(config.model().path()).isEqualTo(folder.toAbsolutePath().resolve("m").toString());
    assertThat(config.train().threads()).isEqualTo(3);
    RunConfig again = new ConfigLoader().file(file(config.toJson())).load();
    assertThat(again).isEqualTo(config);
    assertThat(again.resolve(Path.of("/elsewhere"), 64)).isEqualTo(config);
    RunConfig built =
        new ConfigLoader().preset("scratch").set("data.path=d").set("output.path=o").load();
    assertThat(built.resolve(folder, 1).tokenizer().isBuilt()).isTrue();
    assertThat(built.resolve(folder, 1).model().path()).isNull();
    assertThat(new ConfigLoader().file(file(built.toJson())).load()).isEqualTo(built);
  }

  @Test
  void schedulesTakeTheirArguments() {
    TrainSection polynomial =
        loader(
                "train.schedule=polynomial",
                "train.schedulePower=2",
                "train.finalLearningRate=1e-6",
                "train.learningRate=1e-3",
                "train.warmupSteps=4")
            .load()
            .train();
    assertThat(polynomial.schedule(24).rate(2)).isCloseTo(5e-4, within(1e-12));
    assertThat(polynomial.schedule(24).rate(24)).isCloseTo(1e-6, within(1e-12));
    assertThat(polynomial.schedule(24).rate(14))
        .isCloseTo((1e-3 - 1e-6) * 0.25 + 1e-6, within(1e-12));
    for (String name : List.of("constant", "constant_with_warmup", "inverse_sqrt", "linear")) {
      assertThat(loader("train.schedule=" + name).load().train().schedule(10).rate(0)).isPositive();
    }
    assertThat(
            loader("train.schedule=cosine_with_restarts", "train.scheduleCycles=2")
                .load()
                .train()
                .schedule(10)
                .rate(5))
        .isCloseTo(5e-5, within(1e-12));
    assertThat(loader("train.warmupRatio=0.1").load().train().warmup(25)).isEqualTo(3);
    assertFails(
        loader("train.schedule=constant", "train.warmupSteps=3"),
        "train.schedule must be constant_with_warmup for a warm-up");
  }

  @Test
  void sizesAreThoseOfTheSmallBerts() {
    assertThat(ModelSize.values())
        .extracting(s -> List.of(s.layers(), s.hidden(), s.heads(), s.inner()))
        .containsExactly(
            List.of(2, 128, 2, 512),
            List.of(4, 256, 4, 1024),
            List.of(4, 512, 8, 2048),
            List.of(12, 768, 12, 3072));
  }
}
