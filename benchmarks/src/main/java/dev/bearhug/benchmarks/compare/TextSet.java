package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts as token ids with labels, which both sides read from the same file.
 *
 * @param name name of the data set
 * @param source where the texts come from
 * @param classes number of classes
 * @param texts the texts
 */
public record TextSet(String name, String source, int classes, List<Text> texts) {

  /** Texts per batch. */
  public static final int BATCH = 32;

  /** System property with the folder that holds the files of the sets. */
  public static final String FOLDER = "bearhug.bench.texts";

  /**
   * One text.
   *
   * @param label its class
   * @param ids its tokens, special ones included
   */
  public record Text(int label, int[] ids) {}

  /** Copies the list. */
  public TextSet {
    texts = List.copyOf(texts);
  }

  /** Number of tokens. */
  public long tokens() {
    return texts.stream().mapToLong(t -> t.ids().length).sum();
  }

  /** Sum of the squared lengths. */
  double squares() {
    return texts.stream().mapToDouble(t -> (double) t.ids().length * t.ids().length).sum();
  }

  /** Writes a line of classes and one line of label and ids for every text. */
  void write(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(classes + " " + source);
    for (Text t : texts) {
      StringBuilder line = new StringBuilder().append(t.label());
      for (int id : t.ids()) {
        line.append(' ').append(id);
      }
      lines.add(line.toString());
    }
    Files.write(folder.resolve(name), lines, StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #write} wrote to the folder of {@link #FOLDER}.
   *
   * @throws IllegalStateException if it cannot be read
   */
  public static TextSet read(String name) {
    try {
      Path file = Path.of(System.getProperty(FOLDER, "")).resolve(name);
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      String[] head = lines.get(0).split(" ", 2);
      List<Text> texts = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] words = line.split(" ");
        int[] numbers = new int[words.length - 1];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Integer.parseInt(words[i + 1]);
        }
        texts.add(new Text(Integer.parseInt(words[0]), numbers));
      }
      return new TextSet(name, head[1], Integer.parseInt(head[0]), texts);
    } catch (IOException e) {
      throw new IllegalStateException("benchmark: the texts of " + name + " cannot be read.", e);
    }
  }
}
