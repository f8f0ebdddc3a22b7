package dev.bearhug.tasks.report;

import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The most frequent mistakes as bars, for matrices too large to be read cell by cell. */
final class TopConfusionsPlot {
  private static final int MAX_ROWS = 25;
  private static final int ROW = 24;
  private static final int HEAD = 84;
  private static final int MARGIN = 24;
  private static final int BAR = 340;
  private static final int NUMBERS = 130;

  private final ConfusionTable table;
  private final String title;
  private final LabelNames names;
  private final List<Mistake> mistakes;
  private final int left;

  /** One kind of mistake. */
  private record Mistake(int truth, int predicted, long count) {}

  /** Lays the picture out; {@code metrics} belong to {@link Theme#TEXT}. */
  TopConfusionsPlot(ConfusionTable table, String title, FontMetrics metrics) {
    this.table = table;
    this.title = title;
    this.names = LabelNames.drawable(table.labels(), Theme.TEXT, metrics);
    this.mistakes = mistakes(table);
    this.left =
        MARGIN + 14 + mistakes.stream().mapToInt(m -> metrics.stringWidth(text(m))).max().orElse(0);
  }

  private static List<Mistake> mistakes(ConfusionTable table) {
    List<Mistake> all = new ArrayList<>();
    for (int truth = 0; truth < table.labels().size(); truth++) {
      for (int predicted = 0; predicted < table.labels().size(); predicted++) {
        if (truth != predicted && table.count(truth, predicted) > 0) {
          all.add(new Mistake(truth, predicted, table.count(truth, predicted)));
        }
      }
    }
    all.sort(Comparator.comparingLong(Mistake::count).reversed());
    return List.copyOf(all.subList(0, Math.min(MAX_ROWS, all.size())));
  }

  private String text(Mistake mistake) {
    return names.shown().get(mistake.truth()) + " → " + names.shown().get(mistake.predicted());
  }

  int width() {
    return left + BAR + NUMBERS + MARGIN;
  }

  int height() {
    return HEAD + Math.max(1, mistakes.size()) * ROW + 48;
  }

  LabelNames names() {
    return names;
  }

  void paint(Graphics2D graphics) {
    graphics.setFont(Theme.TITLE);
    graphics.setColor(Theme.INK);
    graphics.drawString(title, MARGIN, 34);
    graphics.setFont(Theme.TEXT);
    graphics.setColor(Theme.MUTED);
    graphics.drawString(subtitle(), MARGIN, 56);
    for (int i = 0; i < mistakes.size(); i++) {
      paintRow(graphics, mistakes.get(i), HEAD + i * ROW);
    }
    graphics.setColor(Theme.MUTED);
    graphics.drawString(
        names.replaced().isEmpty()
            ? "bars: number of examples; percent: share of the true label's examples"
            : "Names shown by id: this Java has no font for their script. See label_names.json.",
        MARGIN,
        height() - 18);
  }

  private String subtitle() {
    return mistakes.isEmpty()
        ? "No example was misjudged."
        : String.format(
            Locale.ROOT,
            "The %d most frequent mistakes among %d labels: true → predicted",
            mistakes.size(),
            table.labels().size());
  }

  private void paintRow(Graphics2D graphics, Mistake mistake, int y) {
    FontMetrics metrics = graphics.getFontMetrics();
    String text = text(mistake);
    int baseline = y + (ROW + metrics.getAscent() - metrics.getDescent()) / 2;
    graphics.setColor(Theme.INK);
    graphics.drawString(text, left - 10 - metrics.stringWidth(text), baseline);
    double share = table.rowShare(mistake.truth(), mistake.predicted());
    double length = (double) BAR * mistake.count() / mistakes.get(0).count();
    graphics.setColor(barColour(share));
    graphics.fill(new RoundRectangle2D.Double(left, y + 4, length, ROW - 8, 4, 4));
    graphics.setColor(Theme.MUTED);
    graphics.drawString(
        String.format(Locale.ROOT, "%d  (%.0f%%)", mistake.count(), 100 * share),
        (float) (left + length + 8),
        baseline);
  }

  /** Starts at a colour that stands out from the background even for a small share. */
  private static Color barColour(double share) {
    return ConfusionPlot.colour(0.35 + 0.65 * share);
  }
}
