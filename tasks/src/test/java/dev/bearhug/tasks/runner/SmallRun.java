package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Data that a small encoder learns within seconds, and the configuration of such a run. */
public final class SmallRun {

  /** The classes. */
  public static final List<String> LABELS = List.of("fruit", "animal", "tool");

  private static final List<List<String>> WORDS =
      List.of(
          List.of("apple", "pear", "plum", "cherry", "melon"),
          List.of("horse", "goose", "badger", "trout", "wren"),
          List.of("hammer", "chisel", "wrench", "pliers", "saw"));
  private static final List<String> FRAMES =
      List.of("we saw a %s today", "the %s is on the table", "who has my %s ?", "%s", "no %s here");

  private SmallRun() {}

  /** Writes {@code train.jsonl} and {@code dev.jsonl} with texts of three classes. */
  public static Path data(Path folder, int train, int dev) {
    write(folder.resolve("train.jsonl"), train, new Random(1));
    write(folder.resolve("dev.jsonl"), dev, new Random(2));
    return folder;
  }

  private static void write(Path file, int rows, Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      int label = i % LABELS.size();
      String word = WORDS.get(label).get(random.nextInt(5));
      String sentence = FRAMES.get(random.nextInt(FRAMES.size())).formatted(word);
      text.append("{\"text\": \"%s\", \"label\": \"%s\"}\n".formatted(sentence, LABELS.get(label)));
    }
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the configuration of a run of 120 short steps with evaluations every 15. */
  public static RunConfig config(Path data, Path output, String... settings) {
    ConfigLoader loader = new ConfigLoader().preset("scratch");
    List.of(
            "data.path=" + data,
            "output.path=" + output,
            "model.hiddenDropout=0.1",
            "tokenizer.vocabularySize=300",
            "tokenizer.maxLength=16",
            "train.epochs=8",
            "train.batchSize=8",
            "train.learningRate=1e-3",
            "train.evaluateEvery=15",
            "train.earlyStoppingPatience=null",
            "train.threads=2",
            "train.device=cpu")
        .forEach(loader::set);
    List.of(settings).forEach(loader::set);
    return loader.load().resolve(Path.of(""), 2);
  }
}
