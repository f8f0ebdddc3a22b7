package dev.bearhug.tasks.processor;

import dev.bearhug.tasks.processor.internal.DelimitedRowReader;
import dev.bearhug.tasks.processor.internal.JsonRowReader;
import dev.bearhug.tasks.processor.internal.MissingColumn;
import dev.bearhug.tasks.processor.internal.RowReader;
import dev.bearhug.tasks.processor.internal.Utf8LineReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A {@link DataSpec} with everything found out that it leaves open: files, format, header, columns.
 *
 * <p>Well-known names of files and columns are recognised; a file without header is understood when
 * its values leave no doubt. Every decision is kept in words, and every doubt is an error that
 * names the option to set.
 */
public final class DataLayout {

  private static final int SAMPLE_ROWS = 200;

  private final DataSpec spec;
  private final DataFiles files;
  private final List<String> decisions = new ArrayList<>();
  private final List<String> labelNames;
  private boolean delimited;
  private boolean header;
  private List<String> text;
  private List<String> textPair;
  private String label;
  private String pairToWatch;

  private DataLayout(DataSpec spec, DataFiles files) {
    this.spec = spec;
    this.files = files;
    this.labelNames = LabelNamesFile.readFrom(files.folder());
    this.text = spec.text();
    this.textPair = spec.textPair();
    this.label = spec.label();
  }

  /**
   * Looks at the files and settles the layout.
   *
   * @throws DataException when a file is missing or the layout is in doubt
   */
  public static DataLayout resolve(DataSpec spec) {
    return resolve(spec, List.of());
  }

  /** Settles the layout of data that must have files of some splits. */
  static DataLayout resolve(DataSpec spec, List<Split> required) {
    Split ofSingleFile = required.isEmpty() ? Split.TRAIN : required.get(0);
    DataLayout layout = new DataLayout(spec, DataFiles.find(spec, ofSingleFile));
    required.forEach(layout::requireFiles);
    layout.decisions.addAll(layout.files.decisions());
    Path first =
        Stream.of(Split.values())
            .flatMap(split -> layout.files.of(split).stream())
            .findFirst()
            .orElseThrow(
                () ->
                    DataException.in(
                        layout.files.folder(),
                        "there is no file named train, dev or test with ending json, jsonl, tsv or"
                            + " csv (files: "
                            + layout.files.presentNames()
                            + "). Set data.train, data.dev or data.test."));
    if (layout.labelNames != null) {
      layout.decisions.add("class names come from " + LabelNamesFile.NAME);
    }
    layout.delimited = isDelimited(layout.formatOf(first));
    if (layout.delimited) {
      layout.settleDelimited(first);
    } else {
      layout.settleJson(first);
    }
    return layout;
  }

  /** Returns the specification. */
  public DataSpec spec() {
    return spec;
  }

  /**
   * Returns the specification with columns, header and form of the labels as they were found, so
   * that other files are read as these were.
   *
   * @param labels the labels of the data
   */
  public DataSpec pinned(LabelSet labels) {
    Toggle foundHeader = spec.header();
    if (delimited) {
      foundHeader = header ? Toggle.TRUE : Toggle.FALSE;
    }
    return new DataSpec(
        spec.path(),
        spec.format(),
        spec.train(),
        spec.dev(),
        spec.test(),
        text,
        textPair,
        label,
        foundHeader,
        spec.delimiter(),
        spec.quote(),
        labels.type(),
        spec.labelSeparator(),
        spec.skipLabels(),
        spec.devFraction(),
        spec.trainRows(),
        spec.splitSeed());
  }

  /** Returns the files of a split, empty when it has none. */
  public List<Path> files(Split split) {
    return files.of(split);
  }

  /** Returns the columns of the first text. */
  public List<String> text() {
    return text;
  }

  /** Returns the columns of the second text, empty for single texts. */
  public List<String> textPair() {
    return textPair;
  }

  /** Returns the column of the label, or {@code null} for data without one. */
  public String label() {
    return label;
  }

  /** Says whether delimited files start with a header. */
  public boolean header() {
    return header;
  }

  /** Returns the class names of {@code label_names.json}, or {@code null} without such a file. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** Returns what was found out, in words. */
  public List<String> decisions() {
    return List.copyOf(decisions);
  }

  /**
   * Streams the examples of a split.
   *
   * @param split a split with files; one that is cut from train has none
   * @param labels the labels of train, against which each label is checked
   * @throws DataException when the split has no files
   */
  public ExampleReader reader(Split split, LabelSet labels) {
    RawExampleReader raw = new RawExampleReader(this, split, requireFiles(split));
    LabelDecoder decoder = new LabelDecoder(split, labels, spec.labelSeparator());
    return new ExampleReader() {
      private long rows;

      @Override
      public TextExample next() {
        RawExample example = raw.next();
        rows += example == null ? 0 : 1;
        return example == null ? null : decoder.decode(example);
      }

      @Override
      public ReadReport report() {
        return DataLayout.this.report(split, split, rows, raw, decoder);
      }

      @Override
      public void close() {
        raw.close();
      }
    };
  }

  /** Makes the report of a split read from the files of a split (train when dev is cut from it). */
  ReadReport report(
      Split split, Split source, long rows, RawExampleReader raw, LabelDecoder decoder) {
    List<String> names = files(source).stream().map(p -> p.getFileName().toString()).toList();
    boolean own = split == source;
    return new ReadReport(
        split,
        names,
        rows,
        own ? raw.blankLines() : 0,
        own ? raw.skippedLabels() : Map.of(),
        decoder.counts(),
        decisions,
        0,
        0);
  }

  /** Returns the files of a split, or an error that says how to name them. */
  List<Path> requireFiles(Split split) {
    if (files(split).isEmpty()) {
      String hint =
          switch (split) {
            case TRAIN ->
                "Name it train.json, train.jsonl, train.tsv or train.csv, or set data.train; dev"
                    + " can be cut from it with data.devFraction.";
            case DEV -> "Set data.dev, or cut it from train: data.devFraction or data.trainRows.";
            case TEST -> "Set data.test.";
          };
      throw DataException.in(
          files.folder(),
          "there is no %s file (files: %s). %s".formatted(split.key(), files.presentNames(), hint));
    }
    return files(split);
  }

  /** Opens a file as the layout says. */
  RowReader openRows(Path file) {
    DataFormat format = formatOf(file);
    return switch (format) {
      case JSONL -> JsonRowReader.ofLines(file);
      case JSON -> JsonRowReader.ofArray(file);
      default -> DelimitedRowReader.open(file, delimiter(format), quotes(format), header);
    };
  }

  /** A well-known partner of the only text column, which no row may have; {@code null}: none. */
  String pairToWatch() {
    return pairToWatch;
  }

  private DataFormat formatOf(Path file) {
    return switch (spec.format()) {
      case CSV, TSV, JSONL, JSON -> spec.format();
      case FOLDER -> DataFormat.JSONL;
      case AUTO -> byEnding(file);
    };
  }

  private DataFormat byEnding(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return switch (ending) {
      case "csv" -> DataFormat.CSV;
      case "tsv" -> DataFormat.TSV;
      case "jsonl", "ndjson" -> DataFormat.JSONL;
      case "json" -> startsWithBracket(file) ? DataFormat.JSON : DataFormat.JSONL;
      default ->
          throw DataException.in(
              file,
              "the format is not clear from the ending \""
                  + ending
                  + "\". Set data.format to csv, tsv, jsonl or json.");
    };
  }

  private static boolean startsWithBracket(Path file) {
    try (Utf8LineReader lines = Utf8LineReader.open(file)) {
      String line = lines.readLine();
      while (line != null && line.isBlank()) {
        line = lines.readLine();
      }
      return line != null && line.stripLeading().startsWith("[");
    }
  }

  private static boolean isDelimited(DataFormat format) {
    return format == DataFormat.CSV || format == DataFormat.TSV;
  }

  private char delimiter(DataFormat format) {
    if (spec.delimiter() != null) {
      return spec.delimiter().equals("tab") ? '\t' : spec.delimiter().charAt(0);
    }
    return format == DataFormat.CSV ? ',' : '\t';
  }

  private boolean quotes(DataFormat format) {
    return spec.quote().orElse(format == DataFormat.CSV);
  }

  private void settleJson(Path file) {
    try (RowReader rows = openRows(file)) {
      if (!rows.next()) {
        throw noRows(file);
      }
      settleByNames(file, rows.line(), rows.columns());
    }
  }

  private void settleDelimited(Path file) {
    List<List<String>> sample = sample(file);
    List<String> firstRow = sample.get(0);
    boolean named = namesAColumn();
    boolean known = ColumnGuess.isHeader(firstRow);
    header = spec.header().orElse(named || known);
    String name = file.getFileName().toString();
    if (spec.header() == Toggle.AUTO) {
      String why =
          named
              ? "columns are given by name"
              : known ? "its first row names known columns" : "its first row names no known column";
      decisions.add(name + (header ? " has a header: " : " has no header: ") + why);
    }
    if (header) {
      try (RowReader rows = openRows(file)) {
        settleByNames(file, 1, rows.columns());
      }
    } else {
      settleByValues(file, sample);
    }
  }

  private boolean namesAColumn() {
    return Stream.concat(
            Stream.concat(spec.text().stream(), spec.textPair().stream()),
            Stream.ofNullable(spec.label()))
        .anyMatch(column -> !column.matches("\\d+"));
  }

  private List<List<String>> sample(Path file) {
    DataFormat format = formatOf(file);
    List<List<String>> sample = new ArrayList<>();
    try (RowReader rows = DelimitedRowReader.open(file, delimiter(format), quotes(format), false)) {
      while (sample.size() < SAMPLE_ROWS && rows.next()) {
        sample.add(rows.columns().stream().map(rows::text).toList());
      }
    }
    if (sample.isEmpty()) {
      throw noRows(file);
    }
    return sample;
  }

  private void settleByNames(Path file, long line, List<String> columns) {
    if (text.isEmpty()) {
      List<String> found = ColumnGuess.texts(columns);
      if (spec.format() == DataFormat.FOLDER) {
        found =
            columns.contains("sentence2")
                ? List.of("sentence1", "sentence2")
                : List.of("sentence1");
      }
      if (found.isEmpty()) {
        throw DataException.at(
            file,
            line,
            "no column is known to hold the text (columns: "
                + String.join(", ", columns)
                + "). Set data.text, and data.textPair for pairs.");
      }
      text = List.of(found.get(0));
      textPair = found.size() == 2 ? List.of(found.get(1)) : List.of();
      pairToWatch = textPair.isEmpty() ? ColumnGuess.partnerOf(found.get(0)) : null;
      decisions.add("texts are in " + String.join(" and ", found));
    }
    if (label == null) {
      label = spec.format() == DataFormat.FOLDER ? "label" : ColumnGuess.label(columns);
      if (label != null) {
        decisions.add("labels are in " + label);
      }
    }
    if (label == null && !labelledFiles().isEmpty()) {
      throw DataException.at(
          file,
          line,
          "no column is known to hold the label (columns: "
              + String.join(", ", columns)
              + "). Set data.label.");
    }
    for (String column : Stream.concat(text.stream(), textPair.stream()).toList()) {
      boolean index = column.matches("\\d{1,6}") && isDelimited(formatOf(file));
      if (!columns.contains(column) && !(index && Integer.parseInt(column) < columns.size())) {
        throw MissingColumn.error(file, line, column, columns);
      }
    }
  }

  private List<Path> labelledFiles() {
    return Stream.concat(files(Split.TRAIN).stream(), files(Split.DEV).stream()).toList();
  }

  private void settleByValues(Path file, List<List<String>> sample) {
    int width = sample.get(0).size();
    int labelIndex = -1;
    boolean unlabelled = labelledFiles().isEmpty();
    if (label != null && unlabelled && !hasIndex(label, width)) {
      // Rows to predict may end before the label's column; the reader then finds no label.
      labelIndex = -1;
    } else if (label != null) {
      labelIndex = index(file, label, width);
    } else if (width > 1 && !labelledFiles().isEmpty()) {
      labelIndex = ColumnGuess.labelByValues(sample);
      if (labelIndex < 0 && sample.size() > 1) {
        labelIndex = ColumnGuess.labelByValues(sample.subList(1, sample.size()));
      }
      if (labelIndex < 0 || text.isEmpty() && width > 3) {
        throw DataException.in(
            file,
            "it is not clear which of the "
                + width
                + " columns is the label and which are texts (no header). Set data.label and"
                + " data.text to indices from 0, or data.header=true.");
      }
      label = Integer.toString(labelIndex);
      decisions.add("labels are in column " + label + " (counting from 0), judged by its values");
    }
    if (labelIndex >= 0
        && spec.header() == Toggle.AUTO
        && ColumnGuess.firstRowIsSuspicious(sample, labelIndex)) {
      throw DataException.at(
          file,
          1,
          "the first row may be a header (its label \""
              + sample.get(0).get(labelIndex)
              + "\" is unlike all others). Set data.header to true or false.");
    }
    if (text.isEmpty()) {
      int skipped = labelIndex;
      List<String> others =
          IntStream.range(0, width).filter(i -> i != skipped).mapToObj(Integer::toString).toList();
      if (others.isEmpty() || others.size() > 2) {
        throw DataException.in(
            file, "it is not clear which of the " + width + " columns are texts. Set data.text.");
      }
      text = others.subList(0, 1);
      textPair = others.subList(1, others.size());
      decisions.add("texts are in column " + String.join(" and ", others) + " (counting from 0)");
    }
    text.forEach(column -> index(file, column, width));
    textPair.forEach(column -> index(file, column, width));
  }

  private static int index(Path file, String column, int width) {
    if (!hasIndex(column, width)) {
      List<String> columns = IntStream.range(0, width).mapToObj(Integer::toString).toList();
      throw MissingColumn.error(file, 1, column, columns);
    }
    return Integer.parseInt(column);
  }

  private static boolean hasIndex(String column, int width) {
    return column.matches("\\d{1,6}") && Integer.parseInt(column) < width;
  }

  private static DataException noRows(Path file) {
    return DataException.in(file, "the file has no rows.");
  }
}
