package dev.bearhug.tasks.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import org.junit.jupiter.api.Test;

class ProgressReporterTest {
  private static final ProgressFigures FIGURES =
      new ProgressFigures(0.5, 0.25, 2e-5, 1234, 3L << 30);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong nanos = new AtomicLong();

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private LineProgress lines(long start, long total) {
    return new LineProgress("train", start, total, out, nanos::get, Duration.ofSeconds(10));
  }

  private void run(LineProgress progress, long from, long to, long millisPerStep) {
    for (long step = from; step <= to; step++) {
      nanos.addAndGet(millisPerStep * 1_000_000);
      progress.update(step, FIGURES);
    }
  }

  @Test
  void slowWorkPrintsALineEveryTenSeconds() {
    LineProgress progress = lines(0, 1000);
    run(progress, 1, 35, 1000);

    assertThat(printed().lines())
        .containsExactly(
            "train: step 10/1000 (1%), loss 0.2500, lr 2e-5, 1.23k tok/s, 3.00 GiB, epoch 0.50,"
                + " 10 s elapsed, 16 min 30 s left",
            "train: step 20/1000 (2%), loss 0.2500, lr 2e-5, 1.23k tok/s, 3.00 GiB, epoch 0.50,"
                + " 20 s elapsed, 16 min 20 s left",
            "train: step 30/1000 (3%), loss 0.2500, lr 2e-5, 1.23k tok/s, 3.00 GiB, epoch 0.50,"
                + " 30 s elapsed, 16 min 10 s left");
  }

  @Test
  void fastWorkPrintsTenthsButNoFlood() {
    run(lines(0, 100), 1, 100, 200);
    assertThat(printed().lines()).hasSize(10);
    bytes.reset();

    LineProgress flood = lines(0, 100_000);
    run(flood, 1, 100_000, 0);
    assertThat(printed()).isEmpty();
    flood.close();
    flood.close();
    assertThat(printed().lines()).singleElement().asString().contains("step 100000/100000 (100%)");
  }

  @Test
  void aResumedRunEstimatesFromItsOwnSteps() {
    LineProgress progress = lines(900, 1000);
    run(progress, 901, 910, 1000);
    assertThat(printed()).contains("step 910/1000 (91%)").contains("1 min 30 s left");
    progress.message("eval: accuracy 0.9");
    assertThat(printed()).endsWith("eval: accuracy 0.9" + System.lineSeparator());
  }

  @Test
  void unknownFiguresAreLeftOut() {
    LineProgress progress = lines(0, 10);
    nanos.addAndGet(2_000_000_000L);
    progress.update(10, ProgressFigures.NONE);
    assertThat(printed().strip()).isEqualTo("train: step 10/10 (100%), 2.0 s elapsed");
  }

  @Test
  void impossibleTotalsAreRefused() {
    assertThatThrownBy(() -> lines(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("start 0, total 0");
    assertThatThrownBy(() -> lines(-1, 5)).hasMessageContaining("start -1, total 5");
  }

  @Test
  void theBarFillsTheWidthAndDropsTheLeastWantedFigures() {
    BarRenderer renderer = new BarRenderer("train", true);
    Optional<Duration> left = Optional.of(Duration.ofSeconds(70));

    String wide = renderer.render(50, 200, FIGURES, left, 120);
    assertThat(wide).hasSize(120).startsWith("train  25% │██████▎ ");
    assertThat(wide.strip())
        .endsWith(
            "50/200  loss 0.2500  lr 2e-5  1.23k tok/s  3.00 GiB  epoch 0.50  1 min 10 s left");
    String narrow = renderer.render(50, 200, FIGURES, left, 80);
    assertThat(narrow).hasSize(80).contains("loss", "tok/s", "left").doesNotContain("epoch");
    String tiny = renderer.render(50, 200, FIGURES, left, 12);
    assertThat(tiny).hasSize(12).startsWith("train  25% ");
    assertThat(renderer.render(50, 200, FIGURES, left, 0)).isEmpty();
  }

  @Test
  void theBarHasAPlainFormForOldTerminals() {
    String line =
        new BarRenderer("train", false).render(1, 2, ProgressFigures.NONE, Optional.empty(), 60);
    assertThat(line.strip()).isEqualTo("train  50% [" + "=".repeat(20) + " ".repeat(20) + "] 1/2");
    assertThat(line).isASCII();
  }

  @Test
  void theBarShowsItsLastStateAndMessages() {
    try (BarProgress progress =
        new BarProgress("train", 0, 8, out, new ConsoleProgressBarConsumer(out, 100))) {
      progress.message("eval: accuracy 0.9");
      progress.update(8, FIGURES);
    }
    assertThat(printed())
        .contains("eval: accuracy 0.9" + System.lineSeparator())
        .contains("train 100% ")
        .contains("8/8  loss 0.2500");
  }

  @Test
  void aBarNeedsATerminalThatCanRedraw() {
    assertThat(new TerminalProbe(Map.of("TERM", "xterm"), true).interactive()).isTrue();
    assertThat(new TerminalProbe(Map.of("TERM", "xterm", "CI", "false"), true).interactive())
        .isTrue();
    assertThat(new TerminalProbe(Map.of("TERM", "xterm"), false).interactive()).isFalse();
    assertThat(new TerminalProbe(Map.of("TERM", "dumb"), true).interactive()).isFalse();
    assertThat(new TerminalProbe(Map.of(), true).interactive()).isFalse();
    assertThat(new TerminalProbe(Map.of("TERM", "xterm", "CI", "true"), true).interactive())
        .isFalse();
    assertThat(List.of("/dev/pts/3", "/dev/tty1")).allMatch(TerminalProbe::isTerminalDevice);
    assertThat(List.of("/dev/null", "pipe:[12]", "/tmp/log"))
        .noneMatch(TerminalProbe::isTerminalDevice);
  }
}
