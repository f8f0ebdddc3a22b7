package dev.bearhug.tasks.report;

import dev.bearhug.tensor.io.AtomicFiles;
import java.awt.AWTError;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** Drawing without a display: pictures in memory, twice the logical size, written as PNG. */
final class Graphics {
  /** Pixels per logical unit of length. */
  static final int SCALE = 2;

  static {
    // Has to come before the first AWT class decides.
    System.setProperty("java.awt.headless", "true");
  }

  private Graphics() {}

  /** Returns why this Java cannot draw text, or nothing where it can. */
  static Optional<String> missing() {
    return Probe.PROBLEM;
  }

  /** Draws with {@code painter} on white and writes the picture as a whole. */
  static void writePng(Path file, int width, int height, Consumer<Graphics2D> painter)
      throws IOException {
    BufferedImage image =
        new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.scale(SCALE, SCALE);
      graphics.setColor(Theme.BACKGROUND);
      graphics.fillRect(0, 0, width, height);
      painter.accept(graphics);
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.setUseCache(false);
    if (!ImageIO.write(image, "png", png)) {
      throw new IOException("this Java has no PNG writer");
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    AtomicFiles.writeBytes(file, png.toByteArray());
  }

  /** Tries once to lay out text; a Java without fonts or their libraries fails here. */
  private static final class Probe {
    static final Optional<String> PROBLEM = problem();

    private static Optional<String> problem() {
      try {
        Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        int width =
            graphics
                .getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .stringWidth("bearhug");
        graphics.dispose();
        return width > 0 ? Optional.empty() : Optional.of("its font draws nothing");
      } catch (RuntimeException | LinkageError | InternalError | AWTError e) {
        return Optional.of(e.toString());
      }
    }
  }
}
