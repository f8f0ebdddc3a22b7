package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.application.Classification;
import dev.bearhug.tasks.application.TextClassifier;
import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.demo.LabelledText;
import dev.bearhug.tasks.demo.Language;
import dev.bearhug.tasks.demo.SupportDeskCorpus;
import dev.bearhug.tasks.progress.Units;
import dev.bearhug.tasks.runner.RunException;
import dev.bearhug.tasks.runner.RunOutput;
import dev.bearhug.tasks.runner.RunResult;
import dev.bearhug.tasks.runner.Runner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bearhug demo}: everything once, on data that comes with the program. */
@Command(
    name = "demo",
    description = {
      "Shows the whole way on data that comes with the program, in a minute or two.",
      "",
      "Writes support-desk requests in English and Chinese, learns a vocabulary, trains a small"
          + " encoder from random weights, evaluates it, draws plots and classifies new requests."
    })
final class DemoCommand implements Callable<Integer> {

  private static final String DEFAULT_NAME = "bearhug-demo";

  /** What differs from the preset for training from random weights, found by trying. */
  private static final List<String> SETTINGS =
      List.of(
          "model.config=mini",
          "model.hiddenDropout=0.2",
          "tokenizer.vocabularySize=3000",
          "tokenizer.maxLength=64",
          "train.epochs=8",
          "train.batchSize=16",
          "train.learningRate=3e-4",
          "train.earlyStoppingPatience=null");

  @Spec private CommandSpec spec;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "A new or empty folder (default: bearhug-demo, or the next free number).")
  private Path output;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "Seed of data, weights, order and dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    PrintWriter out = spec.commandLine().getOut();
    Path folder = output == null ? free() : empty(output);
    Path data = folder.resolve("data");
    Path run = folder.resolve("run");
    SupportDeskCorpus.write(data, seed);
    ConfigLoader loader = new ConfigLoader().preset("scratch");
    SETTINGS.forEach(loader::set);
    loader.set("train.seed=" + seed);
    loader.set("data.path=" + data);
    loader.set("output.path=" + run);
    RunConfig config =
        loader.load().resolve(Path.of(""), Runtime.getRuntime().availableProcessors());
    RunResult result = new Runner(config).output(RunOutput.standardError()).run();
    new RunPrinter(out).print(result);
    out.println();
    showcase(out, run);
    out.println();
    out.printf(
        Locale.ROOT, "done in %s%n", Units.duration(Duration.ofNanos(System.nanoTime() - start)));
    out.println("plots:   " + result.folder().plots());
    out.println("try:     bearhug predict --model " + run + " --text \"Where is my parcel?\"");
    return ExitCodes.OK;
  }

  private static void showcase(PrintWriter out, Path run) {
    try (TextClassifier classifier = TextClassifier.open(run)) {
      for (Language language : Language.values()) {
        List<LabelledText> requests = SupportDeskCorpus.showcase(language);
        List<Classification> answers =
            classifier.classify(requests.stream().map(LabelledText::text).toList());
        for (int i = 0; i < requests.size(); i++) {
          Classification answer = answers.get(i);
          out.printf(
              Locale.ROOT,
              "%s %-16s %5.1f%%  %s%n",
              answer.label().equals(requests.get(i).label()) ? "ok   " : "wrong",
              answer.label(),
              100 * answer.probability(),
              requests.get(i).text());
        }
      }
    }
  }

  /** Returns the first default folder that is not taken. */
  private static Path free() {
    Path folder = Path.of(DEFAULT_NAME);
    for (int number = 2; Files.exists(folder); number++) {
      folder = Path.of(DEFAULT_NAME + "-" + number);
    }
    return folder;
  }

  private static Path empty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        if (entries.findAny().isPresent()) {
          throw new RunException(
              "output: " + folder + " is not empty. Choose a new or empty folder.");
        }
      }
    }
    return folder;
  }
}
