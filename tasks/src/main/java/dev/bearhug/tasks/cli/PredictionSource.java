package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.processor.DataException;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tasks.processor.ExampleLabel;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.processor.Split;
import dev.bearhug.tasks.processor.TextClassificationProcessor;
import dev.bearhug.tasks.processor.TextData;
import dev.bearhug.tasks.processor.TextExample;
import dev.bearhug.tasks.registry.ClassificationTask;
import dev.bearhug.tasks.runner.Judgement;
import dev.bearhug.tasks.runner.RunOutput;
import dev.bearhug.tasks.runner.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Texts from options or files, given to a model. */
final class PredictionSource {

  private static final int BATCH_SIZE = 32;
  private static final long MAX_FILE_BYTES = 1L << 30;
  private static final Set<String> DATA_ENDINGS = Set.of("json", "jsonl", "ndjson", "csv", "tsv");

  private final TrainedModel trained;
  private final ClassificationTask task = new ClassificationTask();
  private List<TextExample> shown = List.of();

  PredictionSource(TrainedModel trained) {
    this.trained = trained;
  }

  /** Returns the texts that were judged, in order. */
  List<TextExample> shown() {
    return shown;
  }

  /** Judges texts, or pairs when there are second texts. */
  Judgement ofTexts(List<String> texts, List<String> pairs) {
    List<TextExample> examples = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String pair = pairs.isEmpty() ? null : pairs.get(i);
      if (texts.get(i).isBlank() || pair != null && pair.isBlank()) {
        throw new UsageException("text " + (i + 1) + " is empty.");
      }
      examples.add(new TextExample("text-" + (i + 1), texts.get(i), pair, new ExampleLabel.None()));
    }
    return judge(inMemory(examples, List.of()));
  }

  /** Judges a file: by its ending rows with named columns, else one text in each line. */
  Judgement ofFile(Path file, List<String> settings) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean rows = DATA_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    if (rows) {
      return judge(ofRows(file, settings));
    }
    if (!settings.isEmpty()) {
      throw new UsageException(
          "--set is for json, jsonl, csv and tsv files; " + file + " is none.");
    }
    return judge(inMemory(lines(file), List.of(file.toString())));
  }

  private Judgement judge(TextClassificationProcessor processor) {
    shown = processor.examples(Split.TEST);
    return Judgement.of(task, trained, processor, Split.TEST, BATCH_SIZE, RunOutput.SILENT);
  }

  private TextClassificationProcessor inMemory(List<TextExample> examples, List<String> files) {
    ReadReport report =
        new ReadReport(Split.TEST, files, examples.size(), 0, Map.of(), Map.of(), List.of(), 0, 0);
    return new TextClassificationProcessor(
        new TextData(
            DataSpec.of("texts"),
            labels(),
            Map.of(Split.TEST, examples),
            Map.of(Split.TEST, report)));
  }

  private LabelSet labels() {
    return task.labels(trained.model().head());
  }

  private TextClassificationProcessor ofRows(Path file, List<String> settings) {
    if (!Files.isRegularFile(file)) {
      throw DataException.in(file, "there is no such file.");
    }
    Path folder = file.toAbsolutePath().getParent();
    DataSpec columns = Judgement.dataFor(trained.data(), folder.toString());
    List<String> all = new ArrayList<>(List.of("data.path=" + folder));
    all.addAll(List.of("data.train=", "data.dev=", "data.devFraction=null", "data.trainRows=null"));
    all.addAll(settings);
    DataSpec spec = ConfigLoader.overrideData(columns, all);
    DataSpec test = withTest(spec, file.getFileName().toString());
    return TextClassificationProcessor.loadSplit(test, Split.TEST, labels());
  }

  /** The name is put in directly, as a setting would split it at commas. */
  private static DataSpec withTest(DataSpec s, String name) {
    return new DataSpec(
        s.path(),
        s.format(),
        s.train(),
        s.dev(),
        List.of(name),
        s.text(),
        s.textPair(),
        s.label(),
        s.header(),
        s.delimiter(),
        s.quote(),
        s.labelType(),
        s.labelSeparator(),
        s.skipLabels(),
        s.devFraction(),
        s.trainRows(),
        s.splitSeed());
  }

  private static List<TextExample> lines(Path file) {
    List<String> lines;
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw DataException.in(file, "the file is larger than 1 GiB. Split it into several files.");
      }
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw DataException.in(file, "the file is not valid UTF-8.");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "predict: cannot read " + file + " (" + e.getClass().getSimpleName() + ").", e);
    }
    List<TextExample> examples = new ArrayList<>();
    for (String line : lines) {
      int number = examples.size() + 1;
      if (line.isBlank()) {
        throw DataException.at(
            file, number, "the line is empty. Each line must be a text; remove empty ones.");
      }
      examples.add(new TextExample("line-" + number, line, null, new ExampleLabel.None()));
    }
    if (examples.isEmpty()) {
      throw DataException.in(file, "the file is empty.");
    }
    return examples;
  }
}
