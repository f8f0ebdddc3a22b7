package dev.bearhug.tasks.processor;

import java.util.List;

/**
 * Where data is and how it is to be read.
 *
 * <p>Everything but the path may be left open ({@code null}, an empty list or {@code AUTO}); {@link
 * DataLayout} then finds it out and reports its decisions.
 *
 * @param path a folder, or a single file
 * @param format the form of the files
 * @param train file names or globs relative to the folder; empty: found by name
 * @param dev as {@code train}; must be empty when {@code devFraction} or {@code trainRows} is set
 * @param test as {@code train}
 * @param text columns of the first text, joined with a space; names, or indices from 0
 * @param textPair columns of the second text; empty for single texts when {@code text} is given
 * @param label column of the label
 * @param header whether the first row of a delimited file names the columns
 * @param delimiter one character, or {@code tab}; {@code null}: by format
 * @param quote whether double quotes are special in a delimited file; auto: on in CSV, off in TSV
 * @param labelType the form of the labels
 * @param labelSeparator splits a label text into a set of classes, or {@code null}
 * @param skipLabels rows with these labels are left out and counted
 * @param devFraction share of the train rows, chosen by {@code splitSeed}, that becomes the dev
 *     split; {@code null}: none
 * @param trainRows the first rows that are train, the rest being dev; {@code null}: all
 * @param splitSeed seed of the choice for {@code devFraction}
 */
public record DataSpec(
    String path,
    DataFormat format,
    List<String> train,
    List<String> dev,
    List<String> test,
    List<String> text,
    List<String> textPair,
    String label,
    Toggle header,
    String delimiter,
    Toggle quote,
    LabelType labelType,
    String labelSeparator,
    List<String> skipLabels,
    Double devFraction,
    Integer trainRows,
    long splitSeed) {

  /** Checks the values that can be checked without looking at files. */
  public DataSpec {
    train = List.copyOf(train);
    dev = List.copyOf(dev);
    test = List.copyOf(test);
    text = List.copyOf(text);
    textPair = List.copyOf(textPair);
    skipLabels = List.copyOf(skipLabels);
    if (path != null && path.isBlank()) {
      throw bad("data.path", "must not be blank", "\"" + path + "\"");
    }
    if (delimiter != null && !delimiter.equals("tab") && delimiter.length() != 1) {
      throw bad("data.delimiter", "must be one character or tab", "\"" + delimiter + "\"");
    }
    if (delimiter != null && "\"\r\n".contains(delimiter)) {
      throw bad("data.delimiter", "must not be a quote or a line end", delimiter);
    }
    if (labelSeparator != null && labelSeparator.isEmpty()) {
      throw bad("data.labelSeparator", "must not be empty", "\"\"");
    }
    if (labelSeparator != null && labelType != LabelType.MULTI && labelType != LabelType.AUTO) {
      throw bad("data.labelSeparator", "is only for data.labelType=multi", labelType.toString());
    }
    if (devFraction != null && !(devFraction > 0 && devFraction < 1)) {
      throw bad("data.devFraction", "must lie between 0 and 1", devFraction.toString());
    }
    if (trainRows != null && trainRows < 1) {
      throw bad("data.trainRows", "must be at least 1", trainRows.toString());
    }
    if (devFraction != null && trainRows != null) {
      throw bad("data.devFraction", "excludes data.trainRows", devFraction.toString());
    }
    if (!dev.isEmpty() && (devFraction != null || trainRows != null)) {
      throw bad("data.dev", "excludes data.devFraction and data.trainRows", dev.toString());
    }
    if (!textPair.isEmpty() && text.isEmpty()) {
      throw bad("data.textPair", "needs data.text", textPair.toString());
    }
  }

  private static IllegalArgumentException bad(String key, String rule, String value) {
    return new IllegalArgumentException(key + " " + rule + " (is " + value + ").");
  }

  /** Says whether the dev split is cut from the train rows. */
  public boolean cutsDev() {
    return devFraction != null || trainRows != null;
  }

  /** Returns a specification that leaves everything open but the path. */
  public static DataSpec of(String path) {
    return at(path).build();
  }

  /** Starts a specification. */
  public static Builder at(String path) {
    return new Builder(path);
  }

  /** Collects the parts of a specification; what is not set stays open. */
  public static final class Builder {

    private final String path;
    private DataFormat format = DataFormat.AUTO;
    private List<String> train = List.of();
    private List<String> dev = List.of();
    private List<String> test = List.of();
    private List<String> text = List.of();
    private List<String> textPair = List.of();
    private String label;
    private Toggle header = Toggle.AUTO;
    private String delimiter;
    private Toggle quote = Toggle.AUTO;
    private LabelType labelType = LabelType.AUTO;
    private String labelSeparator;
    private List<String> skipLabels = List.of();
    private Double devFraction;
    private Integer trainRows;
    private long splitSeed = 42;

    private Builder(String path) {
      this.path = path;
    }

    /** Sets the form of the files. */
    public Builder format(DataFormat value) {
      format = value;
      return this;
    }

    /** Sets the train files. */
    public Builder train(String... files) {
      train = List.of(files);
      return this;
    }

    /** Sets the dev files. */
    public Builder dev(String... files) {
      dev = List.of(files);
      return this;
    }

    /** Sets the test files. */
    public Builder test(String... files) {
      test = List.of(files);
      return this;
    }

    /** Sets the columns of the first text. */
    public Builder text(String... columns) {
      text = List.of(columns);
      return this;
    }

    /** Sets the columns of the second text. */
    public Builder textPair(String... columns) {
      textPair = List.of(columns);
      return this;
    }

    /** Sets the column of the label. */
    public Builder label(String column) {
      label = column;
      return this;
    }

    /** Sets whether there is a header. */
    public Builder header(Toggle value) {
      header = value;
      return this;
    }

    /** Sets the delimiter. */
    public Builder delimiter(String value) {
      delimiter = value;
      return this;
    }

    /** Sets whether quotes are special. */
    public Builder quote(Toggle value) {
      quote = value;
      return this;
    }

    /** Sets the form of the labels. */
    public Builder labelType(LabelType value) {
      labelType = value;
      return this;
    }

    /** Sets the separator of classes within a label. */
    public Builder labelSeparator(String value) {
      labelSeparator = value;
      return this;
    }

    /** Sets the labels whose rows are left out. */
    public Builder skipLabels(String... labels) {
      skipLabels = List.of(labels);
      return this;
    }

    /** Sets the share of train rows for the dev split. */
    public Builder devFraction(double value) {
      devFraction = value;
      return this;
    }

    /** Sets the number of train rows before the dev rows. */
    public Builder trainRows(int value) {
      trainRows = value;
      return this;
    }

    /** Sets the seed of the choice of dev rows. */
    public Builder splitSeed(long value) {
      splitSeed = value;
      return this;
    }

    /** Returns the specification. */
    public DataSpec build() {
      return new DataSpec(
          path,
          format,
          train,
          dev,
          test,
          text,
          textPair,
          label,
          header,
          delimiter,
          quote,
          labelType,
          labelSeparator,
          skipLabels,
          devFraction,
          trainRows,
          splitSeed);
    }
  }
}
