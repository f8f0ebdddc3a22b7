package dev.bearhug.benchmarks.compare;

import dev.bearhug.benchmarks.compare.TextSet.Text;
import dev.bearhug.transformers.tokenizer.AutoTokenizer;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The texts to train on: the first of SST-2 and of AG News, or made-up ones of similar lengths. */
final class TextSets {

  /** System property with the folder of data sets. */
  static final String DATA = "bearhug.data";

  private static final int LONGEST = 128;
  private static final int CLS = 101;
  private static final int SEP = 102;
  private static final int FIRST_WORD = 1000;

  private TextSets() {}

  /** The sets, from the folder that {@link #DATA} names, or {@code ../shared/data}. */
  static List<TextSet> load() throws IOException {
    Path folder = Path.of(System.getProperty(DATA, "../shared/data"));
    return List.of(
        // Lengths as of the two sets under BERT's vocabulary: median and spread of the logarithm.
        load("sst2", folder, "train.tsv", 4, 2, 11, 0.75),
        load("ag_news", folder, "test.csv", 2, 4, 51, 0.3));
  }

  private static TextSet load(
      String name, Path data, String file, int batches, int classes, double median, double spread)
      throws IOException {
    Path texts = data.resolve(name).resolve(file);
    Path vocabulary = data.resolve("tokenizers/bert-base-uncased");
    int count = batches * TextSet.BATCH;
    if (Files.isReadable(texts) && Files.isDirectory(vocabulary)) {
      return new TextSet(
          name,
          "the first " + count + " texts of " + name + "/" + file,
          classes,
          real(texts, vocabulary, count));
    }
    return new TextSet(
        name,
        count + " made-up texts (no " + texts + ")",
        classes,
        made(count, classes, median, spread));
  }

  private static List<Text> real(Path file, Path vocabulary, int count) throws IOException {
    List<Text> texts = new ArrayList<>();
    try (Tokenizer tokenizer = AutoTokenizer.open(vocabulary);
        Stream<String> lines = Files.lines(file)) {
      for (String line : lines.limit(count).toList()) {
        texts.add(text(line, tokenizer));
      }
    }
    return texts;
  }

  /** A line {@code TEXT<tab>LABEL}, or {@code "LABEL","TITLE","TEXT"} with labels from 1. */
  private static Text text(String line, Tokenizer tokenizer) {
    int tab = line.lastIndexOf('\t');
    int label;
    String text;
    if (tab >= 0) {
      label = Integer.parseInt(line.substring(tab + 1).strip());
      text = line.substring(0, tab);
    } else {
      int comma = line.indexOf(',');
      label = Integer.parseInt(line.substring(0, comma).replace("\"", "")) - 1;
      text = line.substring(comma + 1).replace("\",\"", " ").replaceAll("^\"|\"$", "");
    }
    int[] ids = tokenizer.encode(text).ids();
    return new Text(label, ids.length <= LONGEST ? ids : cut(ids));
  }

  private static int[] cut(int[] ids) {
    int[] cut = Arrays.copyOf(ids, LONGEST);
    cut[LONGEST - 1] = SEP;
    return cut;
  }

  /** Log-normal lengths, always the same. */
  static List<Text> made(int count, int classes, double median, double spread) {
    SplittableRandom random = new SplittableRandom(1);
    List<Text> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double length = median * Math.exp(spread * random.nextGaussian()) + 2;
      int[] ids = new int[(int) Math.clamp(length, 3, LONGEST)];
      for (int j = 0; j < ids.length; j++) {
        ids[j] = random.nextInt(FIRST_WORD, Cases.VOCABULARY);
      }
      ids[0] = CLS;
      ids[ids.length - 1] = SEP;
      texts.add(new Text(random.nextInt(classes), ids));
    }
    return texts;
  }
}
