package dev.bearhug.tasks.processor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the lines of a split.
 *
 * @param split the split
 * @param files the files in the order of reading
 * @param rows number of examples delivered
 * @param blankLines blank lines that were skipped
 * @param skippedLabels rows left out because of {@code data.skipLabels}, by label
 * @param labelCounts examples of each class; empty for numbers and unlabelled data
 * @param decisions what was found out about the layout, in words
 * @param longTexts examples cut by the tokenising part, 0 before it has run
 * @param maxLength the length to which they were cut, 0 before tokenising
 */
public record ReadReport(
    Split split,
    List<String> files,
    long rows,
    long blankLines,
    Map<String, Long> skippedLabels,
    Map<String, Long> labelCounts,
    List<String> decisions,
    long longTexts,
    int maxLength) {

  /** Copies the collections, keeping their order. */
  public ReadReport {
    files = List.copyOf(files);
    skippedLabels = Collections.unmodifiableMap(new LinkedHashMap<>(skippedLabels));
    labelCounts = Collections.unmodifiableMap(new LinkedHashMap<>(labelCounts));
    decisions = List.copyOf(decisions);
  }

  /** Returns the report with the count of texts that were longer than the limit. */
  public ReadReport withLongTexts(long count, int limit) {
    return new ReadReport(
        split, files, rows, blankLines, skippedLabels, labelCounts, decisions, count, limit);
  }

  /** Returns the report as one line for a log. */
  public String summary() {
    StringBuilder text = new StringBuilder(split.key() + ": " + rows + " examples from " + files);
    if (blankLines > 0) {
      text.append(", ").append(blankLines).append(" blank lines skipped");
    }
    skippedLabels.forEach(
        (label, count) ->
            text.append(", ")
                .append(count)
                .append(" rows with label \"")
                .append(label)
                .append("\" skipped"));
    if (longTexts > 0) {
      text.append(", ").append(longTexts).append(" cut to ").append(maxLength).append(" tokens");
    }
    return text.toString();
  }
}
