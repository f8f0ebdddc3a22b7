package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.processor.TextExample;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Predictions as a table for people: answer, probability, the next likely class, the text. */
final class PredictionTable {

  private static final int TEXT_COLUMNS = 60;

  private final PrintWriter out;

  PredictionTable(PrintWriter out) {
    this.out = out;
  }

  void print(List<Prediction> predictions, List<TextExample> texts, LabelSet labels) {
    List<String> answers = predictions.stream().map(p -> answer(p, labels.type())).toList();
    int width = answers.stream().mapToInt(PredictionTable::columns).max().orElse(0);
    for (int i = 0; i < predictions.size(); i++) {
      String padding = " ".repeat(width - columns(answers.get(i)));
      out.println(answers.get(i) + padding + "  " + text(texts.get(i)));
    }
  }

  private static String answer(Prediction prediction, LabelType type) {
    if (type == LabelType.REGRESSION) {
      return String.format(Locale.ROOT, "%8.4f", prediction.value());
    }
    if (type == LabelType.MULTI) {
      List<String> chosen = new ArrayList<>();
      prediction.labels().forEach(l -> chosen.add(share(l, prediction.probabilities().get(l))));
      return chosen.isEmpty() ? "(none)" : String.join(" + ", chosen);
    }
    List<Map.Entry<String, Double>> ranked = new ArrayList<>(prediction.probabilities().entrySet());
    ranked.sort(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()));
    String first = share(prediction.labels().get(0), ranked.get(0).getValue());
    return ranked.size() < 2
        ? first
        : first + "  (" + share(ranked.get(1).getKey(), ranked.get(1).getValue()) + ")";
  }

  private static String share(String label, double probability) {
    return String.format(Locale.ROOT, "%s %.1f%%", label, 100 * probability);
  }

  private static String text(TextExample example) {
    String whole = example.isPair() ? example.textA() + " | " + example.textB() : example.textA();
    String line = whole.replaceAll("\\s+", " ").strip();
    StringBuilder shown = new StringBuilder();
    int used = 0;
    for (int i = 0; i < line.length(); ) {
      int c = line.codePointAt(i);
      used += wide(c) ? 2 : 1;
      if (used > TEXT_COLUMNS) {
        return shown.append("...").toString();
      }
      shown.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return shown.toString();
  }

  /** Returns how many columns a terminal needs; characters of East Asia take two. */
  private static int columns(String text) {
    return text.codePoints().map(c -> wide(c) ? 2 : 1).sum();
  }

  private static boolean wide(int c) {
    return c >= 0x1100
        && (Character.isIdeographic(c)
            || c >= 0x3000 && c <= 0x30FF
            || c >= 0xAC00 && c <= 0xD7A3
            || c >= 0xFF00 && c <= 0xFF60);
  }
}
