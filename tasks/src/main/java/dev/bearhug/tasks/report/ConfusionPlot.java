package dev.bearhug.tasks.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** The confusion matrix as a heat map: counts in the cells, colour by share of the true label. */
final class ConfusionPlot {
  private static final Color FULL = new Color(0x1E3A8A);
  private static final Color EMPTY = new Color(0xF6F8FC);
  private static final double SLANT = Math.toRadians(-40);
  private static final int MARGIN = 24;
  private static final int HEAD = 66;
  private static final int AXIS_TITLE = 24;
  private static final int COLOUR_BAR = 92;

  private final ConfusionTable table;
  private final String title;
  private final LabelNames names;
  private final int cell;
  private final int left;
  private final int top;
  private final int width;
  private final int height;

  /** Lays the picture out; {@code metrics} belong to {@link Theme#TEXT}. */
  ConfusionPlot(ConfusionTable table, String title, FontMetrics metrics) {
    this.table = table;
    this.title = title;
    this.names = LabelNames.drawable(table.labels(), Theme.TEXT, metrics);
    int size = table.labels().size();
    this.cell = Math.clamp(600 / size, 28, 76);
    int names = this.names.width(metrics);
    this.left = MARGIN + AXIS_TITLE + names + 12;
    int slantedHeight = (int) (names * Math.sin(-SLANT)) + 26;
    this.top = HEAD + AXIS_TITLE + slantedHeight;
    int slantedOverhang = (int) (names * Math.cos(SLANT)) - cell / 2;
    int right = Math.max(COLOUR_BAR, slantedOverhang + MARGIN);
    this.width = Math.max(520, left + size * cell + right + MARGIN);
    this.height = top + Math.max(size * cell, 150) + (this.names.replaced().isEmpty() ? 24 : 48);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  LabelNames names() {
    return names;
  }

  void paint(Graphics2D graphics) {
    paintHead(graphics);
    for (int row = 0; row < table.labels().size(); row++) {
      for (int column = 0; column < table.labels().size(); column++) {
        paintCell(graphics, row, column);
      }
    }
    paintLabels(graphics);
    paintColourBar(graphics);
    if (!names.replaced().isEmpty()) {
      graphics.setFont(Theme.TEXT);
      graphics.setColor(Theme.MUTED);
      graphics.drawString(
          "Names shown by id: this Java has no font for their script. See label_names.json.",
          MARGIN,
          height - 16);
    }
  }

  private void paintHead(Graphics2D graphics) {
    graphics.setFont(Theme.TITLE);
    graphics.setColor(Theme.INK);
    graphics.drawString(title, MARGIN, 34);
    graphics.setFont(Theme.TEXT);
    graphics.setColor(Theme.MUTED);
    graphics.drawString("cells: examples, colour: share of the true label's row", MARGIN, 54);
  }

  private void paintCell(Graphics2D graphics, int row, int column) {
    double share = table.rowShare(row, column);
    graphics.setColor(colour(share));
    graphics.fill(
        new Rectangle2D.Double(left + column * cell, top + row * cell, cell - 1, cell - 1));
    long count = table.count(row, column);
    if (count > 0) {
      String text = compact(count);
      graphics.setFont(fitting(graphics, text, row == column));
      FontMetrics metrics = graphics.getFontMetrics();
      graphics.setColor(share > 0.45 ? Color.WHITE : Theme.INK);
      graphics.drawString(
          text,
          left + column * cell + (cell - 1 - metrics.stringWidth(text)) / 2f,
          top + row * cell + (cell - 1 + metrics.getAscent() - metrics.getDescent()) / 2f);
    }
  }

  private Font fitting(Graphics2D graphics, String text, boolean bold) {
    Font font = new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, cell >= 40 ? 13 : 11);
    int textWidth = graphics.getFontMetrics(font).stringWidth(text);
    float room = cell - 5f;
    return textWidth <= room ? font : font.deriveFont(font.getSize2D() * room / textWidth);
  }

  private static String compact(long count) {
    return count < 100_000 ? Long.toString(count) : count / 1000 + "k";
  }

  /** Mixes evenly between the two ends; small shares are lifted so that single errors show. */
  static Color colour(double share) {
    double mix = Math.pow(share, 0.8);
    return new Color(
        mixed(EMPTY.getRed(), FULL.getRed(), mix),
        mixed(EMPTY.getGreen(), FULL.getGreen(), mix),
        mixed(EMPTY.getBlue(), FULL.getBlue(), mix));
  }

  private static int mixed(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }

  private void paintLabels(Graphics2D graphics) {
    graphics.setFont(Theme.TEXT);
    FontMetrics metrics = graphics.getFontMetrics();
    int size = names.shown().size();
    graphics.setColor(Theme.INK);
    for (int i = 0; i < size; i++) {
      String name = names.shown().get(i);
      int middle = i * cell + cell / 2;
      graphics.drawString(
          name, left - 10 - metrics.stringWidth(name), top + middle + metrics.getAscent() / 2 - 1);
      drawTurned(graphics, name, left + middle, top - 8, SLANT);
    }
    graphics.setFont(Theme.AXIS);
    graphics.setColor(Theme.MUTED);
    FontMetrics axis = graphics.getFontMetrics();
    drawTurned(
        graphics,
        "true label",
        MARGIN + 10,
        top + (size * cell + axis.stringWidth("true label")) / 2,
        Math.toRadians(-90));
    graphics.drawString(
        "predicted label",
        left + Math.max(0, (size * cell - axis.stringWidth("predicted label")) / 2),
        HEAD + 16);
  }

  private static void drawTurned(Graphics2D graphics, String text, int x, int y, double angle) {
    AffineTransform before = graphics.getTransform();
    graphics.rotate(angle, x, y);
    graphics.drawString(text, x, y);
    graphics.setTransform(before);
  }

  private void paintColourBar(Graphics2D graphics) {
    int barHeight = Math.min(220, Math.max(140, table.labels().size() * cell));
    int x = left + table.labels().size() * cell + 20;
    for (int i = 0; i < barHeight; i++) {
      graphics.setColor(colour(1 - (double) i / barHeight));
      graphics.fill(new Rectangle2D.Double(x, top + i, 14, 1.2));
    }
    graphics.setFont(Theme.TEXT);
    graphics.setColor(Theme.MUTED);
    for (int percent = 0; percent <= 100; percent += 25) {
      int y = top + (int) (barHeight * (1 - percent / 100.0));
      graphics.drawString(String.format(Locale.ROOT, "%d%%", percent), x + 20, y + 4);
    }
  }
}
