package dev.bearhug.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tasks.runner.Runner;
import dev.bearhug.tasks.runner.SmallRun;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users get wrong: a clear message, no stack trace, nothing written, the right status. */
class BadInputTest {

  @TempDir Path temp;

  private final Terminal terminal = new Terminal();
  private Path data;
  private Path output;

  @BeforeEach
  void write() {
    data = SmallRun.data(temp.resolve("data"), 30, 9);
    output = temp.resolve("out");
  }

  private void fails(int status, String message, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--output", output.toString()));
    args.addAll(List.of("--set", "tokenizer.vocabularySize=300", "--set", "train.maxSteps=3"));
    if (!List.of(more).contains("--data")) {
      args.addAll(List.of("--data", data.toString()));
    }
    args.addAll(List.of(more));
    assertThat(terminal.run(args.toArray(new String[0]))).as(terminal.err()).isEqualTo(status);
    assertThat(terminal.err()).contains(message).doesNotContain("\tat ");
  }

  private void replace(String file, String from, String to) throws IOException {
    Path path = data.resolve(file);
    Files.writeString(path, Files.readString(path).replaceFirst(from, to));
  }

  @Test
  void benchmarksNeedTheirOwnBuild() {
    assertThat(terminal.run("bench", "cpu", "--no-peer")).isEqualTo(3);
    assertThat(terminal.err()).contains("bench: the benchmarks are not in this build");
    assertThat(terminal.run("bench")).isEqualTo(2);
    assertThat(terminal.err()).contains("Missing suite", "bearhug bench cpu");
    assertThat(terminal.run("bench", "cpu", "--rounds", "0")).isEqualTo(2);
    assertThat(terminal.err()).contains("--rounds must be at least 1 (is 0)");
    assertThat(terminal.run("bench", "cpu", "--seconds", "0")).isEqualTo(2);
    assertThat(terminal.err()).contains("--seconds must be above 0 (is 0.0)");
    assertThat(terminal.run("bench", "cpu", "--threads", "0")).isEqualTo(2);
    assertThat(terminal.err()).contains("--threads must lie between 1 and 1024 (is 0)");
  }

  @Test
  void missingDataFolder() {
    String missing = temp.resolve("dat").toString();
    fails(1, "there is no such file or folder. Did you mean data?", "--data", missing);
    assertThat(output).doesNotExist();
  }

  @Test
  void brokenJsonLine() throws IOException {
    replace("train.jsonl", "\"label\": \"animal\"}", "\"label\": \"animal\"");
    fails(1, "train.jsonl:2");
    assertThat(output).doesNotExist();
  }

  @Test
  void unknownLabelInDev() throws IOException {
    replace("dev.jsonl", "\"animal\"", "\"animl\"");
    fails(1, "dev.jsonl:2: the label \"animl\" is unknown in dev");
    assertThat(terminal.err()).contains("Did you mean animal?");
  }

  @Test
  void emptyText() throws IOException {
    replace("train.jsonl", "\"text\": \"[^\"]+\"", "\"text\": \" \"");
    fails(1, "train.jsonl:1: the text in column \"text\" is empty");
  }

  @Test
  void wrongColumn() {
    fails(1, "Did you mean text?", "--set", "data.text=txt", "--set", "data.label=label");
  }

  @Test
  void unknownSetting() {
    fails(2, "Did you mean train.learningRate", "--set", "train.learningrate=1");
    fails(2, "Did you mean train.epochs", "--set", "train.epoch=1");
  }

  @Test
  void unknownTaskAndOption() {
    fails(2, "Did you mean classification", "--task", "clasification");
    fails(2, "Unknown option: '--epochs=3'", "--epochs=3");
    fails(2, "--model and --config exclude each other", "--model", "x", "--config", "tiny");
    assertThat(terminal.run("trian")).isEqualTo(2);
    assertThat(terminal.err()).contains("train");
  }

  @Test
  void outputThatIsNotEmpty() throws IOException {
    Files.createDirectory(output);
    Files.writeString(output.resolve("a.txt"), "kept");
    fails(1, "is not empty (a.txt)");
    assertThat(output.resolve("a.txt")).hasContent("kept");
  }

  @Test
  void missingModelFolder() {
    fails(1, "no such folder or file", "--model", temp.resolve("nothing").toString());
    assertThat(terminal.run("predict", "--model", temp.resolve("no").toString(), "--text", "a"))
        .isEqualTo(1);
    assertThat(terminal.err()).contains("does not exist", "the output folder of");
  }

  @Test
  void damagedWeights() throws IOException {
    Path model = trainedModel();
    Path weights = model.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.setLength(file.length() - 100);
    }
    fails(1, "model.safetensors", "--model", model.toString());
    Files.write(weights, new byte[] {1, 2, 3});
    fails(1, "model.safetensors", "--model", model.toString());
    assertThat(output).doesNotExist();
  }

  @Test
  void modelOfAnotherArchitectureOrVocabulary() throws IOException {
    Path model = trainedModel();
    Path config = model.resolve("config.json");
    String original = Files.readString(config);
    Files.writeString(
        config, original.replace("\"model_type\" : \"bert\"", "\"model_type\" : \"t9\""));
    fails(1, "model_type \"t9\"", "--model", model.toString());
    Files.writeString(
        config, original.replaceFirst("\"vocab_size\" : \\d+", "\"vocab_size\" : 9999"));
    fails(1, "word_embeddings", "--model", model.toString());
    Files.writeString(config, original);
    Path tokenizer = Files.createDirectory(temp.resolve("tokenizer"));
    List<String> tokens = new ArrayList<>(Files.readAllLines(model.resolve("vocab.txt")));
    tokens.add("more");
    Files.write(tokenizer.resolve("vocab.txt"), tokens);
    fails(
        1,
        "Is it the tokenizer of another model?",
        "--model",
        model.toString(),
        "--tokenizer",
        tokenizer.toString());
  }

  @Test
  void modelWithAnotherNumberOfLabels() throws IOException {
    Path model = trainedModel();
    for (String file : List.of("train.jsonl", "dev.jsonl")) {
      Path path = data.resolve(file);
      Files.writeString(path, Files.readString(path).replace("\"tool\"", "\"fruit\""));
    }
    fails(1, "classifier.weight", "--model", model.toString());
  }

  @Test
  void divergedLoss() {
    fails(
        1,
        "step 2",
        "--config",
        "tiny",
        "--set",
        "train.learningRate=1e38",
        "--set",
        "train.clipNorm=null",
        "--set",
        "train.warmupSteps=0");
  }

  @Test
  void verboseShowsTheStackTrace() {
    assertThat(
            terminal.run(
                "train", "--verbose", "--data", temp.resolve("x").toString(), "--output", "never"))
        .isEqualTo(1);
    assertThat(terminal.err()).contains("\tat dev.bearhug");
  }

  private Path trainedModel() throws IOException {
    Path run = temp.resolve("trained");
    new Runner(SmallRun.config(data, run, "train.maxSteps=1")).run();
    Path copy = Files.createDirectory(temp.resolve("model"));
    try (Stream<Path> files = Files.list(run.resolve("model"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return copy;
  }
}
