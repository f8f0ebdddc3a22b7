package dev.bearhug.tasks.report;

import java.awt.Font;
import java.awt.FontMetrics;
import java.util.ArrayList;
import java.util.List;

/**
 * Label names as a font can draw them: a name with characters it lacks is replaced by its id.
 *
 * @param shown names or ids, in the order of the ids
 * @param replaced names that are shown by id
 */
record LabelNames(List<String> shown, List<String> replaced) {
  private static final int MAX_WIDTH = 170;

  static LabelNames drawable(List<String> labels, Font font, FontMetrics metrics) {
    List<String> shown = new ArrayList<>();
    List<String> replaced = new ArrayList<>();
    for (int id = 0; id < labels.size(); id++) {
      String label = labels.get(id).isBlank() ? "(blank)" : labels.get(id);
      if (font.canDisplayUpTo(label) < 0) {
        shown.add(shortened(label, metrics));
      } else {
        shown.add("id " + id);
        replaced.add(label);
      }
    }
    return new LabelNames(shown, replaced);
  }

  private static String shortened(String label, FontMetrics metrics) {
    if (metrics.stringWidth(label) <= MAX_WIDTH) {
      return label;
    }
    int end = label.length();
    while (end > 1 && metrics.stringWidth(label.substring(0, end) + "…") > MAX_WIDTH) {
      end = label.offsetByCodePoints(end, -1);
    }
    return label.substring(0, end) + "…";
  }

  int width(FontMetrics metrics) {
    return shown.stream().mapToInt(metrics::stringWidth).max().orElse(0);
  }
}
