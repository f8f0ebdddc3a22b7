package dev.bearhug.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bearhug.tasks.runner.Runner;
import dev.bearhug.tasks.runner.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path data;
  private static Path run;
  private final Terminal terminal = new Terminal();

  @BeforeAll
  static void train() {
    data = SmallRun.data(shared.resolve("data"), 120, 45);
    run = shared.resolve("run");
    new Runner(SmallRun.config(data, run)).run();
  }

  private int train(String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--data", data.toString()));
    args.addAll(List.of("--output", temp.resolve("out").toString()));
    args.addAll(List.of("--set", "train.maxSteps=2", "--set", "tokenizer.vocabularySize=300"));
    args.addAll(List.of(more));
    return terminal.run(args.toArray(new String[0]));
  }

  @Test
  void trainWritesARunAndTellsWhere() {
    assertThat(train("--task", "head_cls", "--config", "tiny", "--seed", "5")).isZero();
    assertThat(terminal.out())
        .contains("trained after 2 steps", "accuracy", temp.resolve("out").toString());
    assertThat(temp.resolve("out/model/model.safetensors")).exists();
    assertThat(temp.resolve("out/run.json")).content().contains("\"seed\" : 5", "classification");
  }

  @Test
  void aTrainedModelIsAStartForAnother() {
    Path model = run.resolve("model");
    assertThat(train("--model", model.toString())).as(terminal.err()).isZero();
    assertThat(temp.resolve("out/run.log")).content().contains("Loading", "0 keys missing");
  }

  @Test
  void evaluateGivesTheScoresOfTheRunAtAnyBatchSize() throws IOException {
    JsonNode report = MAPPER.readTree(run.resolve("report.json").toFile());
    double accuracy = report.at("/evaluation/metrics/accuracy").asDouble();
    for (String size : List.of("1", "16")) {
      assertThat(
              terminal.run("evaluate", "--model", run.toString(), "--batch-size", size, "--json"))
          .isZero();
      JsonNode answer = MAPPER.readTree(terminal.out());
      assertThat(answer.at("/metrics/accuracy").asDouble()).isEqualTo(accuracy);
      assertThat(answer.get("examples").asInt()).isEqualTo(45);
    }
    Path csv = temp.resolve("p.csv");
    assertThat(
            terminal.run(
                "evaluate",
                "--model",
                run.resolve("model").toString(),
                "--data",
                data.toString(),
                "--output",
                csv.toString()))
        .isZero();
    assertThat(terminal.out()).contains("dev: 45 examples", "accuracy");
    assertThat(Files.readAllLines(csv)).hasSize(46).first().asString().startsWith("id,label,expec");
  }

  @Test
  void evaluateReadsASingleFile() throws IOException {
    Path file = data.resolve("dev.jsonl");
    assertThat(terminal.run("evaluate", "--model", run.toString(), "--data", file.toString()))
        .as(terminal.err())
        .isZero();
    assertThat(terminal.out()).contains("45 examples");
  }

  @Test
  void predictPrintsATableOrJson() throws IOException {
    String[] texts = {"predict", "--model", run.toString(), "--text", "who has my hammer ?"};
    assertThat(terminal.run(texts)).isZero();
    assertThat(terminal.out()).startsWith("tool ").contains("%", "who has my hammer ?");
    assertThat(terminal.run("predict", "--model", run.toString(), "--text", "plum", "--json"))
        .isZero();
    JsonNode answer = MAPPER.readTree(terminal.out());
    assertThat(answer.get("label").asText()).isEqualTo("fruit");
    double sum = 0;
    for (JsonNode share : answer.get("probabilities")) {
      sum += share.asDouble();
    }
    assertThat(sum).isBetween(0.99999, 1.00001);
  }

  @Test
  void predictReadsFilesOfLinesAndOfRows() throws IOException {
    Path lines = Files.writeString(temp.resolve("texts.txt"), "a wren\nthe saw\n");
    assertThat(terminal.run("predict", "--model", run.toString(), "--file", lines.toString()))
        .isZero();
    assertThat(terminal.out().lines()).hasSize(2);
    Path rows =
        Files.writeString(
            temp.resolve("rows, new.jsonl"), "{\"text\": \"a wren\"}\n{\"text\": \"the saw\"}\n");
    assertThat(
            terminal.run("predict", "--model", run.toString(), "--file", rows.toString(), "--json"))
        .as(terminal.err())
        .isZero();
    assertThat(terminal.out().lines()).hasSize(2);
  }

  @Test
  void planCountsWithoutWriting() {
    assertThat(
            terminal.run(
                "plan",
                "--config",
                "tiny",
                "--data",
                data.toString(),
                "--output",
                temp.resolve("never").toString()))
        .isZero();
    assertThat(terminal.out())
        .contains("120 examples", "trainable", "precision: ", "activations", "peak");
    assertThat(temp.resolve("never")).doesNotExist();
  }

  @Test
  void doctorAnswersForEveryBackend() {
    assertThat(terminal.run("doctor")).isZero();
    assertThat(terminal.out()).contains("java", "simd", "cpu", "reference", "cuda", "memory");
  }

  @Test
  void unfinishedRunsSayHowToFinish() throws IOException {
    Path unfinished = Files.createDirectory(temp.resolve("unfinished"));
    Files.copy(run.resolve("run.json"), unfinished.resolve("run.json"));
    assertThat(terminal.run("predict", "--model", unfinished.toString(), "--text", "x"))
        .isEqualTo(ExitCodes.FAILED);
    assertThat(terminal.err()).contains("has no model yet", "bearhug train --resume --output");
  }
}
