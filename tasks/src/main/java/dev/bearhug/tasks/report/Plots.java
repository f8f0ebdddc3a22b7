package dev.bearhug.tasks.report;

import java.awt.AWTError;
import java.awt.FontMetrics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws a run's curves and matrices as PNG files into one folder.
 *
 * <p>Plots are best effort: what cannot be drawn never ends a run, but is logged as a warning and
 * kept in {@link #problems()}. A Java without fonts cannot draw at all and says so once.
 */
public final class Plots {
  /** Largest number of labels whose confusion matrix is drawn cell by cell. */
  public static final int MAX_MATRIX_LABELS = 30;

  private static final Logger LOG = LoggerFactory.getLogger(Plots.class);

  private final Path folder;
  private final List<String> problems = new ArrayList<>();

  /** Prepares plots in {@code folder}, which is made with the first plot. */
  public Plots(Path folder) {
    this.folder = folder;
  }

  /**
   * Draws the loss over steps, raw and smoothed, as {@code loss.png}.
   *
   * @param entries the metrics log
   * @return the file, or nothing when it could not be drawn
   */
  public Optional<Path> loss(List<MetricsEntry> entries) {
    return draw("loss.png", file -> write(file, Curves.loss(entries)));
  }

  /**
   * Draws the learning rate over steps as {@code learning_rate.png}.
   *
   * @param entries the metrics log
   * @return the file, or nothing when it could not be drawn
   */
  public Optional<Path> learningRate(List<MetricsEntry> entries) {
    return draw("learning_rate.png", file -> write(file, Curves.learningRate(entries)));
  }

  /**
   * Draws a dev metric over steps with its best value marked as {@code metric_NAME.png}.
   *
   * @param entries the metrics log
   * @param name the metric's name in the log's evaluations
   * @param higherIsBetter whether the best value is the largest
   * @return the file, or nothing when it could not be drawn
   */
  public Optional<Path> metric(List<MetricsEntry> entries, String name, boolean higherIsBetter) {
    String fileName = "metric_" + name.replaceAll("[^A-Za-z0-9_.-]", "_") + ".png";
    return draw(fileName, file -> write(file, Curves.metric(entries, name, higherIsBetter)));
  }

  /**
   * Draws a confusion matrix as {@code confusion_matrix.png}.
   *
   * <p>Up to {@value #MAX_MATRIX_LABELS} labels as a heat map with counts, coloured by the share of
   * each row; above, the most frequent confusions as bars. Names that the fonts cannot draw, such
   * as Chinese ones without a Chinese font, are shown by id.
   *
   * @param table the counts
   * @return the file, or nothing when it could not be drawn
   */
  public Optional<Path> confusion(ConfusionTable table) {
    return draw("confusion_matrix.png", file -> write(file, table));
  }

  /** Returns what could not be drawn and why, in the order it was tried. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** One picture to be drawn. */
  private interface Drawing {
    void write(Path file) throws IOException;
  }

  private Optional<Path> draw(String name, Drawing drawing) {
    Optional<String> missing = Graphics.missing();
    if (missing.isPresent()) {
      noteNoFonts(missing.get());
      return Optional.empty();
    }
    Path file = folder.resolve(name);
    try {
      drawing.write(file);
      return Optional.of(file);
    } catch (IOException | RuntimeException | LinkageError | InternalError | AWTError e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.debug("plots: {}", name, e);
      note(
          "plots: cannot draw "
              + name
              + ": "
              + reason
              + ". The run is complete without it; its"
              + " figures are in metrics.jsonl and report.json.");
      return Optional.empty();
    }
  }

  private void noteNoFonts(String reason) {
    String problem =
        "plots: this Java cannot draw text ("
            + reason
            + "), so no PNG is written. Fonts or the"
            + " libraries fontconfig and freetype are missing. Install them, for example with"
            + " \"apt-get install fontconfig fonts-dejavu-core\"; the figures are in metrics.jsonl"
            + " and report.json.";
    if (!problems.contains(problem)) {
      note(problem);
    }
  }

  private void note(String problem) {
    problems.add(problem);
    LOG.warn(problem);
  }

  private static void write(Path file, XYChart chart) throws IOException {
    Graphics.writePng(file, Theme.WIDTH, Theme.HEIGHT, graphics -> Theme.paint(chart, graphics));
  }

  private void write(Path file, ConfusionTable table) throws IOException {
    FontMetrics metrics =
        new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)
            .createGraphics()
            .getFontMetrics(Theme.TEXT);
    LabelNames names;
    if (table.labels().size() <= MAX_MATRIX_LABELS) {
      ConfusionPlot plot = new ConfusionPlot(table, "Confusion matrix", metrics);
      Graphics.writePng(file, plot.width(), plot.height(), plot::paint);
      names = plot.names();
    } else {
      TopConfusionsPlot plot = new TopConfusionsPlot(table, "Confusions", metrics);
      Graphics.writePng(file, plot.width(), plot.height(), plot::paint);
      names = plot.names();
    }
    if (!names.replaced().isEmpty()) {
      note(
          "plots: "
              + names.replaced().size()
              + " label names are shown by id in "
              + file.getFileName()
              + ", for example \""
              + names.replaced().get(0)
              + "\": this Java has"
              + " no font for their script. Install one, for example fonts-noto-cjk.");
    }
  }
}
