package dev.bearhug.benchmarks.compare;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** Draws results as bars, one per case. */
final class RatioPlot {

  private static final int WIDTH = 900;
  private static final int HEIGHT_PER_CASE = 40;
  private static final int HEIGHT_OF_FRAME = 140;

  private RatioPlot() {}

  /**
   * Writes a PNG: the ratios of the cases that have a peer or, if none has, the shares of the
   * limit; there must be a case.
   */
  static void write(Results results, Path file) throws IOException {
    List<Comparison> all = results.all().stream().filter(c -> c.peer() != null).toList();
    if (all.isEmpty()) {
      write(
          "Speed against the limits of this machine (1 = reached)",
          "shortest possible time / our median",
          results.all(),
          c -> c.limitShare(results.ceilings()),
          file);
    } else {
      write(
          "Speed against libtorch (1 = equal, more is faster)",
          "peer's median / our median",
          all,
          Comparison::ratio,
          file);
    }
  }

  private static void write(
      String title,
      String axis,
      List<Comparison> all,
      ToDoubleFunction<Comparison> value,
      Path file)
      throws IOException {
    List<String> names = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    // Bars are drawn from the bottom up.
    for (Comparison c : all.reversed()) {
      names.add(c.which().id());
      values.add(value.applyAsDouble(c));
    }
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(HEIGHT_OF_FRAME + HEIGHT_PER_CASE * all.size())
            .title(title)
            .xAxisTitle(axis)
            .build();
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setSeriesColors(new Color[] {new Color(0x1D4ED8)});
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setDecimalPattern("0.00");
    chart.getStyler().setYAxisTickMarkSpacingHint(1);
    AnnotationLine equal = new AnnotationLine(1, true, false);
    chart.addAnnotation(equal);
    chart.addSeries("value", values, names);
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }
}
