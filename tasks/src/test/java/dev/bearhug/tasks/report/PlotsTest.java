package dev.bearhug.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bearhug.tasks.metric.ConfusionMatrix;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PlotsTest {
  @TempDir Path folder;
  private Plots plots;

  @BeforeEach
  void setUp() {
    plots = new Plots(folder.resolve("plots"));
  }

  private static void assumeFonts() {
    assumeThat(Graphics.missing()).as("this machine has no fonts to draw with").isEmpty();
  }

  static List<MetricsEntry> entries(int steps) {
    Random random = new Random(5);
    List<MetricsEntry> entries = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      double loss = 2 * Math.exp(-2.0 * step / steps) + 0.1 * random.nextDouble();
      entries.add(MetricsEntry.train(step, 1, loss, 1e-4 * step / steps, 1, 100, 100));
      if (step % Math.max(1, steps / 5) == 0) {
        Map<String, Double> metrics = Map.of("accuracy", 1 - loss / 3, "loss", loss);
        entries.add(MetricsEntry.eval(step, 1, metrics));
      }
    }
    return entries;
  }

  static ConfusionTable matrix(List<String> labels, double errors) {
    Random random = new Random(9);
    int[] truth = IntStream.range(0, 40 * labels.size()).map(i -> i % labels.size()).toArray();
    int[] predicted =
        IntStream.of(truth)
            .map(id -> random.nextDouble() < errors ? random.nextInt(labels.size()) : id)
            .toArray();
    return ConfusionTable.of(labels, ConfusionMatrix.of(truth, predicted, labels.size()));
  }

  private static List<String> labels(int count) {
    return IntStream.range(0, count).mapToObj(i -> "label_" + i).toList();
  }

  private BufferedImage picture(Optional<Path> file) throws IOException {
    assertThat(plots.problems()).isEmpty();
    return ImageIO.read(file.orElseThrow().toFile());
  }

  private static Set<Integer> colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours;
  }

  private static int rgb(Color colour) {
    return colour.getRGB();
  }

  @Test
  void curvesAreDrawnAtTwiceTheirSize() throws IOException {
    assumeFonts();
    BufferedImage loss = picture(plots.loss(entries(300)));
    assertThat(loss.getWidth()).isEqualTo(1800);
    assertThat(loss.getHeight()).isEqualTo(1080);
    assertThat(colours(loss))
        .contains(rgb(Theme.LINE), rgb(Theme.LINE_LIGHT), rgb(Theme.SECOND), rgb(Theme.BACKGROUND));

    assertThat(colours(picture(plots.learningRate(entries(300))))).contains(rgb(Theme.LINE));
    assertThat(colours(picture(plots.metric(entries(300), "accuracy", true))))
        .contains(rgb(Theme.LINE), rgb(Theme.ACCENT));
    assertThat(folder.resolve("plots")).isDirectoryContaining("glob:**/metric_accuracy.png");
  }

  @Test
  void unusualCurvesAreDrawnToo() throws IOException {
    assumeFonts();
    for (List<MetricsEntry> entries :
        List.of(
            List.of(
                MetricsEntry.train(1, 1, 9e8, 0, 0, 0, 0),
                MetricsEntry.train(2, 1, 0.1, 0, 0, 0, 0)),
            List.of(MetricsEntry.train(0, 0, 0, 0, 0, 0, 0)),
            List.of(MetricsEntry.train(7, 1, 1e-9, 1e-9, 0, 0, 0)),
            List.of(
                MetricsEntry.train(1, 1, 5e20, 3, 0, 0, 0),
                MetricsEntry.train(2, 1, Double.NaN, 3, 0, 0, 0),
                MetricsEntry.train(3, 1, 9e8, 3, 0, 0, 0)),
            entries(20_000))) {
      assertThat(colours(picture(plots.loss(entries)))).hasSizeGreaterThan(2);
      assertThat(colours(picture(plots.learningRate(entries)))).hasSizeGreaterThan(2);
    }
  }

  @Test
  void confusionMatrixShowsCellsByTheirShare() throws IOException {
    assumeFonts();
    Optional<Path> file = plots.confusion(matrix(labels(10), 0));
    BufferedImage image = picture(file);
    assertThat(colours(image))
        .contains(rgb(ConfusionPlot.colour(0)), rgb(ConfusionPlot.colour(1)), rgb(Theme.MUTED));
    for (int count : new int[] {1, 2, 30}) {
      BufferedImage other = picture(plots.confusion(matrix(labels(count), 0.2)));
      assertThat(other.getWidth()).as("%d labels", count).isBetween(1000, 3200);
      assertThat(other.getHeight()).as("%d labels", count).isBetween(500, 3200);
      assertThat(colours(other)).hasSizeGreaterThan(10);
    }
  }

  @Test
  void manyLabelsShowTheirMistakesOnly() throws IOException {
    assumeFonts();
    BufferedImage some = picture(plots.confusion(matrix(labels(200), 0.2)));
    assertThat(some.getHeight()).isLessThan(1600);
    assertThat(colours(some)).hasSizeGreaterThan(10);
    BufferedImage none = picture(plots.confusion(matrix(labels(200), 0)));
    assertThat(none.getHeight()).isLessThan(some.getHeight());
  }

  @Test
  void namesWithoutAFontAreShownByIdAndReported() throws IOException {
    assumeFonts();
    FontMetrics metrics =
        new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)
            .createGraphics()
            .getFontMetrics(Theme.TEXT);
    // U+0378 is not assigned to any character, so that no font can draw it.
    List<String> labels = List.of("invoice", "\u0378", "a very long label name ".repeat(20), " ");
    LabelNames names = LabelNames.drawable(labels, Theme.TEXT, metrics);
    assertThat(names.shown().get(0)).isEqualTo("invoice");
    assertThat(names.shown().get(1)).isEqualTo("id 1");
    assertThat(names.shown().get(2)).startsWith("a very long").endsWith("…");
    assertThat(names.shown().get(3)).isEqualTo("(blank)");
    assertThat(metrics.stringWidth(names.shown().get(2))).isLessThanOrEqualTo(170);
    assertThat(names.replaced()).containsExactly("\u0378");

    assertThat(plots.confusion(matrix(labels, 0.1))).isPresent();
    assertThat(plots.problems()).singleElement().asString().contains("1 label names", "by id");
  }

  @Test
  void chineseNamesNeedAFontThatHasThem() {
    assumeFonts();
    boolean font = new Font(Font.SANS_SERIF, Font.PLAIN, 12).canDisplayUpTo("退款") < 0;
    assertThat(plots.confusion(matrix(List.of("退款", "发票"), 0.1))).isPresent();
    assertThat(plots.problems()).hasSize(font ? 0 : 1);
  }

  @Test
  void whatCannotBeDrawnIsSaidAndEndsNothing() throws IOException {
    assumeFonts();
    assertThat(plots.loss(List.of())).isEmpty();
    assertThat(plots.metric(entries(3), "f1", true)).isEmpty();
    Files.createDirectories(folder.resolve("plots/learning_rate.png/in-the-way"));
    assertThat(plots.learningRate(entries(3))).isEmpty();
    assertThat(plots.problems())
        .hasSize(3)
        .allMatch(problem -> problem.startsWith("plots: cannot draw "))
        .anyMatch(problem -> problem.contains("no finite value of \"f1\""));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutFontsThereIsOneClearProblem() throws Exception {
    Path configuration = folder.resolve("fonts.conf");
    Files.writeString(configuration, "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            // Java keeps what it learned about fonts below the home folder.
            "-Duser.home=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            NoFonts.class.getName(),
            folder.resolve("none").toString());
    builder.environment().put("FONTCONFIG_FILE", configuration.toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    assertThat(text).containsPattern("files 0 problems 1|files 2 problems 0");
    if (text.contains("files 0")) {
      assertThat(text).contains("this Java cannot draw text", "fontconfig");
    }
  }

  /** Draws in a process of its own, where fonts can be taken away. */
  static final class NoFonts {
    private NoFonts() {}

    public static void main(String[] arguments) {
      Plots plots = new Plots(Path.of(arguments[0]));
      long files =
          List.of(plots.loss(entries(5)), plots.confusion(matrix(labels(3), 0.5))).stream()
              .filter(Optional::isPresent)
              .count();
      System.out.println("files " + files + " problems " + plots.problems().size());
      plots.problems().forEach(System.out::println);
    }
  }
}
