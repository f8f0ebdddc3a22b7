package dev.bearhug.tasks.processor;

import dev.bearhug.tasks.processor.internal.RawLabel;
import dev.bearhug.tasks.processor.internal.RowReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Reads the rows of the files of one split, checks the texts and leaves out unwanted labels. */
final class RawExampleReader implements AutoCloseable {

  private final DataLayout layout;
  private final Split split;
  private final List<Path> files;
  private final Map<String, Long> skipped = new TreeMap<>();
  private int nextFile;
  private RowReader rows;
  private long blankLines;

  RawExampleReader(DataLayout layout, Split split, List<Path> files) {
    this.layout = layout;
    this.split = split;
    this.files = files;
  }

  RawExample next() {
    while (true) {
      if (rows == null) {
        if (nextFile == files.size()) {
          return null;
        }
        rows = layout.openRows(files.get(nextFile++));
      }
      if (!rows.next()) {
        close();
        continue;
      }
      RawLabel label = label();
      if (label == null || !skip(label)) {
        String textA = text(layout.text());
        String textB = layout.textPair().isEmpty() ? null : text(layout.textPair());
        requireNoHiddenPair();
        String place = files.size() == 1 ? "" + rows.line() : nextFile + "." + rows.line();
        return new RawExample(place, textA, textB, label, rows.file(), rows.line());
      }
    }
  }

  private boolean skip(RawLabel label) {
    if (label.array() || !layout.spec().skipLabels().contains(label.text())) {
      return false;
    }
    skipped.merge(label.text(), 1L, Long::sum);
    return true;
  }

  private RawLabel label() {
    RawLabel label = layout.label() == null ? null : rows.label(layout.label());
    boolean blank = label != null && !label.array() && label.text().isEmpty();
    if (blank && layout.spec().labelSeparator() != null) {
      return new RawLabel(List.of(), true);
    }
    if (label != null && !blank) {
      return label;
    }
    if (split == Split.TEST) {
      return null;
    }
    if (layout.label() != null && !rows.has(layout.label())) {
      rows.text(layout.label());
    }
    throw DataException.at(
        rows.file(),
        rows.line(),
        "the row has no label"
            + (layout.label() == null ? "" : " in column \"" + layout.label() + "\"")
            + ". Rows of train and dev need one; data without labels belongs into data.test.");
  }

  private String text(List<String> columns) {
    StringJoiner joined = new StringJoiner(" ");
    for (String column : columns) {
      joined.add(rows.text(column));
    }
    String text = joined.toString();
    if (text.isBlank()) {
      throw DataException.at(
          rows.file(),
          rows.line(),
          "the text in column \""
              + String.join("\" + \"", columns)
              + "\" is empty. Remove the row, or check data.text and data.textPair.");
    }
    return text;
  }

  private void requireNoHiddenPair() {
    if (layout.pairToWatch() != null && rows.has(layout.pairToWatch())) {
      throw DataException.at(
          rows.file(),
          rows.line(),
          "the row has \""
              + layout.pairToWatch()
              + "\", the first row of the data has not. All rows must be pairs, or none; set"
              + " data.text (and data.textPair) to choose.");
    }
  }

  long blankLines() {
    return blankLines + (rows == null ? 0 : rows.blankLines());
  }

  Map<String, Long> skippedLabels() {
    return skipped;
  }

  @Override
  public void close() {
    if (rows != null) {
      blankLines += rows.blankLines();
      rows.close();
      rows = null;
    }
  }
}
