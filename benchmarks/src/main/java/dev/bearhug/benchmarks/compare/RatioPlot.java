package dev.bearhug.benchmarks.compare;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** Draws the ratios of a comparison as bars, one per case. */
final class RatioPlot {

  private static final int WIDTH = 900;
  private static final int HEIGHT_PER_CASE = 60;
  private static final int HEIGHT_OF_FRAME = 140;

  private RatioPlot() {}

  /** Writes a PNG of the cases that have a peer; there must be one. */
  static void write(List<Comparison> all, Path file) throws IOException {
    List<String> names = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (Comparison c : all) {
      names.add(c.which().name());
      ratios.add(c.ratio());
    }
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(HEIGHT_OF_FRAME + HEIGHT_PER_CASE * all.size())
            .title("Speed against libtorch (1 = equal, more is faster)")
            .xAxisTitle("peer's median / our median")
            .build();
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setSeriesColors(new Color[] {new Color(0x1D4ED8)});
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setDecimalPattern("0.00");
    chart.getStyler().setYAxisTickMarkSpacingHint(1);
    AnnotationLine equal = new AnnotationLine(1, true, false);
    chart.addAnnotation(equal);
    chart.addSeries("ratio", ratios, names);
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }
}
