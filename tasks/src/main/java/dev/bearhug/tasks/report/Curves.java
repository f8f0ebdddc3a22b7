package dev.bearhug.tasks.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Curves over training steps. */
final class Curves {
  private static final String STEPS = "optimizer step";

  private Curves() {}

  /** Each step's loss lightly, the smoothed loss over it, and the dev loss where there is one. */
  static XYChart loss(List<MetricsEntry> entries) {
    Points raw = required(entries, MetricsEntry.Kind.TRAIN, MetricsEntry.LOSS);
    XYChart chart = Theme.chart("Training loss", steps(raw), "loss");
    chart.getStyler().setYAxisDecimalPattern("0.####");
    Theme.roundTicks(chart, raw);
    Theme.line(
        chart, "train, each step", raw.thinned(), Theme.LINE_LIGHT, 1.2f, SeriesMarkers.NONE);
    if (raw.size() > 2) {
      int reach = Math.clamp(raw.size() / 40, 1, 500);
      Theme.line(
          chart,
          "train, mean of " + (2 * reach + 1),
          raw.smoothed(reach).thinned(),
          Theme.LINE,
          2.4f,
          SeriesMarkers.NONE);
    }
    Points dev = Points.of(entries, MetricsEntry.Kind.EVAL, MetricsEntry.LOSS);
    if (dev.size() > 0) {
      Theme.line(chart, "dev", dev, Theme.SECOND, 2f, SeriesMarkers.CIRCLE);
    }
    return chart;
  }

  /** The learning rate of each step. */
  static XYChart learningRate(List<MetricsEntry> entries) {
    Points rate = required(entries, MetricsEntry.Kind.TRAIN, MetricsEntry.LEARNING_RATE);
    double largest = Arrays.stream(rate.ys()).map(Math::abs).max().orElse(0);
    int exponent = largest == 0 ? 0 : (int) Math.floor(Math.log10(largest));
    String title = exponent == 0 ? "learning rate" : "learning rate (× 1e" + exponent + ")";
    Points scaled = rate.times(Math.pow(10, -exponent));
    XYChart chart = Theme.chart("Learning rate", steps(rate), title);
    chart.getStyler().setYAxisDecimalPattern("0.##");
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendVisible(false);
    Theme.roundTicks(chart, scaled);
    Theme.line(chart, "learning rate", scaled.thinned(), Theme.LINE, 2.4f, SeriesMarkers.NONE);
    return chart;
  }

  /** A dev metric at each evaluation with its best value marked. */
  static XYChart metric(List<MetricsEntry> entries, String name, boolean higherIsBetter) {
    Points values = required(entries, MetricsEntry.Kind.EVAL, name);
    int best = values.best(higherIsBetter);
    XYChart chart = Theme.chart("Dev " + name.replace('_', ' '), steps(values), name);
    chart.getStyler().setYAxisDecimalPattern("0.####");
    chart
        .getStyler()
        .setLegendPosition(
            higherIsBetter ? Styler.LegendPosition.InsideSE : Styler.LegendPosition.InsideNE);
    Theme.roundTicks(chart, values);
    Theme.line(chart, name, values, Theme.LINE, 2.4f, SeriesMarkers.CIRCLE);
    String label =
        String.format(
            Locale.ROOT, "best: %.4f at step %d", values.ys()[best], (long) values.xs()[best]);
    Points bestPoint =
        new Points(new double[] {values.xs()[best]}, new double[] {values.ys()[best]}, 0);
    Theme.line(chart, label, bestPoint, Theme.ACCENT, 2.4f, BestMarker.RING)
        .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    return chart;
  }

  private static Points required(List<MetricsEntry> entries, MetricsEntry.Kind kind, String name) {
    Points points = Points.of(entries, kind, name);
    if (points.size() == 0) {
      throw new IllegalArgumentException(
          "no finite value of \""
              + name
              + "\" among the "
              + kind.name().toLowerCase(Locale.ROOT)
              + " entries ("
              + points.leftOut()
              + " not finite)");
    }
    return points;
  }

  private static String steps(Points points) {
    return points.leftOut() == 0
        ? STEPS
        : STEPS + " (" + points.leftOut() + " values not finite or beyond 1e9 left out)";
  }
}
