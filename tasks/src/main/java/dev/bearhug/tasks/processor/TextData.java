package dev.bearhug.tasks.processor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The examples of a data set with its labels.
 *
 * @param spec the specification with the columns as they were found; reads other files alike
 * @param labels the classes of train, or that labels are numbers
 * @param examples the examples of each split that was read
 * @param reports what became of the lines of each split that was read
 */
public record TextData(
    DataSpec spec,
    LabelSet labels,
    Map<Split, List<TextExample>> examples,
    Map<Split, ReadReport> reports) {

  /** Copies the maps. */
  public TextData {
    examples = Collections.unmodifiableMap(new EnumMap<>(examples));
    reports = Collections.unmodifiableMap(new EnumMap<>(reports));
  }

  /** Returns the examples of a split, empty when it was not read. */
  public List<TextExample> get(Split split) {
    return examples.getOrDefault(split, List.of());
  }

  /**
   * Reads train and dev, and test when there is one.
   *
   * @throws DataException when a split is missing or a row cannot be used
   */
  public static TextData load(DataSpec spec) {
    DataLayout layout =
        DataLayout.resolve(
            spec, spec.cutsDev() ? List.of(Split.TRAIN) : List.of(Split.TRAIN, Split.DEV));
    Loader loader = new Loader(layout);
    List<RawExample> train = loader.read(Split.TRAIN);
    List<RawExample> dev = spec.cutsDev() ? cut(layout, train) : null;
    LabelSet labels = LabelTyping.labelsOf(spec, train, layout.labelNames());
    loader.put(Split.TRAIN, Split.TRAIN, train, labels);
    if (dev == null) {
      loader.put(Split.DEV, Split.DEV, loader.read(Split.DEV), labels);
    } else {
      loader.put(Split.DEV, Split.TRAIN, dev, labels);
    }
    if (!layout.files(Split.TEST).isEmpty()) {
      loader.put(Split.TEST, Split.TEST, loader.read(Split.TEST), labels);
    }
    return new TextData(layout.pinned(labels), labels, loader.examples, loader.reports);
  }

  /**
   * Reads one split with the labels of a trained model.
   *
   * @param spec the specification; a path that is a file is taken as the file of the split
   * @param split the split; dev may be cut from train
   * @param labels the labels the model knows
   */
  public static TextData loadSplit(DataSpec spec, Split split, LabelSet labels) {
    boolean cut = spec.cutsDev() && split != Split.TEST;
    DataLayout layout = DataLayout.resolve(spec, List.of(cut ? Split.TRAIN : split));
    Loader loader = new Loader(layout);
    if (cut) {
      List<RawExample> train = loader.read(Split.TRAIN);
      List<RawExample> dev = cut(layout, train);
      loader.put(split, Split.TRAIN, split == Split.DEV ? dev : train, labels);
    } else {
      loader.put(split, split, loader.read(split), labels);
    }
    return new TextData(layout.pinned(labels), labels, loader.examples, loader.reports);
  }

  /** Moves the dev rows out of the train rows; both keep their order. */
  private static List<RawExample> cut(DataLayout layout, List<RawExample> train) {
    DataSpec spec = layout.spec();
    int rows = train.size();
    int devRows =
        spec.trainRows() != null
            ? rows - spec.trainRows()
            : (int) Math.round(rows * spec.devFraction());
    if (devRows < 1 || devRows >= rows) {
      String option =
          spec.trainRows() != null
              ? "data.trainRows=" + spec.trainRows()
              : "data.devFraction=" + spec.devFraction();
      throw DataException.in(
          layout.files(Split.TRAIN).get(0),
          option + " leaves train or dev without rows (" + rows + " rows). Choose another value.");
    }
    Set<Integer> chosen = spec.trainRows() != null ? null : choose(rows, devRows, spec.splitSeed());
    List<RawExample> kept = new ArrayList<>();
    List<RawExample> dev = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      boolean toDev = chosen == null ? i >= rows - devRows : chosen.contains(i);
      (toDev ? dev : kept).add(train.get(i));
    }
    train.clear();
    train.addAll(kept);
    return dev;
  }

  private static Set<Integer> choose(int rows, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<Integer> chosen = new HashSet<>();
    // Floyd's sampling: each subset of the size is equally likely.
    for (int i = rows - count; i < rows; i++) {
      int candidate = random.nextInt(i + 1);
      chosen.add(chosen.contains(candidate) ? i : candidate);
    }
    return chosen;
  }

  private static final class Loader {

    private final DataLayout layout;
    private final Map<Split, RawExampleReader> readers = new EnumMap<>(Split.class);
    private final Map<Split, List<TextExample>> examples = new EnumMap<>(Split.class);
    private final Map<Split, ReadReport> reports = new EnumMap<>(Split.class);

    Loader(DataLayout layout) {
      this.layout = layout;
    }

    List<RawExample> read(Split split) {
      List<RawExample> rows = new ArrayList<>();
      try (RawExampleReader reader = new RawExampleReader(layout, split, layout.files(split))) {
        readers.put(split, reader);
        for (RawExample row = reader.next(); row != null; row = reader.next()) {
          rows.add(row);
        }
      }
      if (rows.isEmpty()) {
        throw DataException.in(
            layout.files(split).get(0), "there are no rows for " + split.key() + ".");
      }
      return rows;
    }

    void put(Split split, Split source, List<RawExample> rows, LabelSet labels) {
      LabelDecoder decoder = new LabelDecoder(split, labels, layout.spec().labelSeparator());
      examples.put(split, rows.stream().map(decoder::decode).toList());
      reports.put(split, layout.report(split, source, rows.size(), readers.get(source), decoder));
    }
  }
}
