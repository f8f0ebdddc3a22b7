package dev.bearhug.tensor;

import dev.bearhug.tensor.error.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * An equation of Einstein's summation convention, such as {@code "bhid,bhjd->bhij"}.
 *
 * <p>A label is a letter; {@code "..."} stands for any number of axes. Without {@code "->"} the
 * result has the axes of the dots, then the labels that occur once, in alphabetical order (capitals
 * first).
 *
 * @param text the equation as it was given
 * @param operands labels of each operand; {@link #DOTS} for the dots
 * @param result labels of the result
 */
record EinsumEquation(String text, List<int[]> operands, int[] result) {

  /** Stands for the dots in a list of labels. */
  static final int DOTS = -1;

  /** Number of letters: labels of dots count from here. */
  static final int LETTERS = 52;

  /** Reads an equation. */
  static EinsumEquation parse(String text) {
    String compact = text.replaceAll("\\s", "");
    int arrow = compact.indexOf("->");
    String left = arrow < 0 ? compact : compact.substring(0, arrow);
    List<int[]> operands = new ArrayList<>();
    for (String part : left.split(",", -1)) {
      operands.add(labels(text, part));
    }
    int[] result = arrow < 0 ? implicit(operands) : labels(text, compact.substring(arrow + 2));
    checkResult(text, operands, result);
    return new EinsumEquation(text, operands, result);
  }

  private static int[] labels(String text, String part) {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (part.startsWith("...", i) && !labels.contains(DOTS)) {
        labels.add(DOTS);
        i += 2;
      } else if (c >= 'A' && c <= 'Z') {
        labels.add(c - 'A');
      } else if (c >= 'a' && c <= 'z') {
        labels.add(c - 'a' + 26);
      } else {
        throw problem(
            text,
            "has '"
                + c
                + "' in \""
                + part
                + "\"; labels are letters, \"...\" may stand once per operand, \",\" separates"
                + " operands and one \"->\" comes before the result.");
      }
    }
    return labels.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] implicit(List<int[]> operands) {
    int[] count = new int[LETTERS];
    boolean dots = false;
    for (int[] labels : operands) {
      for (int label : labels) {
        if (label == DOTS) {
          dots = true;
        } else {
          count[label]++;
        }
      }
    }
    List<Integer> result = new ArrayList<>();
    if (dots) {
      result.add(DOTS);
    }
    for (int label = 0; label < LETTERS; label++) {
      if (count[label] == 1) {
        result.add(label);
      }
    }
    return result.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void checkResult(String text, List<int[]> operands, int[] result) {
    for (int i = 0; i < result.length; i++) {
      int label = result[i];
      if (label == DOTS) {
        continue;
      }
      if (operands.stream().noneMatch(o -> contains(o, label))) {
        throw problem(text, "has '" + name(label) + "' in the result but in no operand.");
      }
      for (int j = 0; j < i; j++) {
        if (result[j] == label) {
          throw problem(text, "has '" + name(label) + "' twice in the result.");
        }
      }
    }
  }

  /** Whether a list has a label. */
  static boolean contains(int[] labels, int label) {
    for (int l : labels) {
      if (l == label) {
        return true;
      }
    }
    return false;
  }

  /** The letter of a label, or dots. */
  static String name(int label) {
    return label >= LETTERS
        ? "..."
        : String.valueOf((char) (label < 26 ? 'A' + label : 'a' + label - 26));
  }

  /** An error about this equation. */
  ShapeException problem(String what) {
    return problem(text, what);
  }

  private static ShapeException problem(String text, String what) {
    return new ShapeException("einsum", "\"" + text + "\" " + what);
  }
}
