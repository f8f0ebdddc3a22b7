package dev.bearhug.tasks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Colours, fonts and sizes that all plots share. */
final class Theme {
  static final int WIDTH = 900;
  static final int HEIGHT = 540;
  private static final int HEAD = 40;

  static final Color BACKGROUND = Color.WHITE;
  static final Color INK = new Color(0x1F2937);
  static final Color MUTED = new Color(0x6B7280);
  static final Color GRID = new Color(0xE5E7EB);
  static final Color LINE = new Color(0x1D4ED8);
  static final Color LINE_LIGHT = new Color(0xC3D4F7);
  static final Color SECOND = new Color(0x0F9D77);
  static final Color ACCENT = new Color(0xEA580C);

  static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 17);
  static final Font AXIS = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  private Theme() {}

  /** Makes an empty chart over training steps. */
  static XYChart chart(String title, String xTitle, String yTitle) {
    XYChart chart = new XYChart(WIDTH, HEIGHT - HEAD);
    chart.setTitle(title);
    chart.setXAxisTitle(xTitle);
    chart.setYAxisTitle(yTitle);
    XYStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(BACKGROUND);
    styler.setPlotBackgroundColor(BACKGROUND);
    styler.setChartFontColor(MUTED);
    styler.setBaseFont(TEXT);
    styler.setChartTitleVisible(false);
    styler.setChartPadding(14);
    styler.setLegendFont(TEXT);
    styler.setLegendBorderColor(GRID);
    styler.setLegendBackgroundColor(BACKGROUND);
    styler.setLegendPadding(8);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setAxisTitleFont(AXIS);
    styler.setXAxisTitleColor(MUTED);
    styler.setYAxisTitleColor(MUTED);
    styler.setAxisTickLabelsFont(TEXT);
    styler.setAxisTickLabelsColor(MUTED);
    styler.setAxisTickMarksColor(GRID);
    styler.setAxisTitlePadding(10);
    styler.setAntiAlias(true);
    styler.setMarkerSize(7);
    styler.setXAxisTickMarkSpacingHint(90);
    styler.setLegendPosition(Styler.LegendPosition.InsideNE);
    styler.setLocale(Locale.ROOT);
    styler.setXAxisDecimalPattern("#,###");
    styler.setXAxisMin(0.0);
    return chart;
  }

  /** Paints a chart below its title, which stands on the left as in the other plots. */
  static void paint(XYChart chart, Graphics2D graphics) {
    graphics.setFont(TITLE);
    graphics.setColor(INK);
    graphics.drawString(chart.getTitle(), 24, 34);
    graphics.translate(0, HEAD);
    chart.paint(graphics, WIDTH, HEIGHT - HEAD);
  }

  /**
   * Makes the chart choose round tick values: for evenly spaced data it would take the data's own
   * values, however crowded. An unseen series of uneven points over the same range prevents that.
   */
  static void roundTicks(XYChart chart, Points points) {
    DoubleSummaryStatistics x = Arrays.stream(points.xs()).summaryStatistics();
    DoubleSummaryStatistics y = Arrays.stream(points.ys()).summaryStatistics();
    double middle = y.getMin() + 0.37 * (y.getMax() - y.getMin());
    XYSeries unseen =
        chart.addSeries(
            "round ticks",
            new double[] {0, 0.31 * x.getMax(), x.getMax()},
            new double[] {y.getMin(), middle, y.getMax()});
    unseen.setLineStyle(SeriesLines.NONE);
    unseen.setMarker(SeriesMarkers.NONE);
    unseen.setShowInLegend(false);
  }

  static XYSeries line(
      XYChart chart, String name, Points points, Color color, float width, Marker marker) {
    XYSeries series = chart.addSeries(name, points.xs(), points.ys());
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarkerColor(color);
    // A single point without a marker would not be seen at all.
    boolean unseen = points.size() == 1 && marker == SeriesMarkers.NONE;
    series.setMarker(unseen ? SeriesMarkers.CIRCLE : marker);
    return series;
  }
}
