package dev.bearhug.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final Ceilings CEILINGS = new Ceilings(400, 40);
  private static final RunInfo INFO =
      new RunInfo("benchmarks/run", "abc", "a processor", 2, "ours 1", "peer 2", 3);

  private static Comparison comparison(String name, double ours, double peer) {
    return new Comparison(
        Cases.named(name), Times.of(new double[] {ours}), Times.of(new double[] {peer}));
  }

  @Test
  void summarisesTimes() {
    assertThat(Times.of(new double[] {5, 1, 3})).isEqualTo(new Times(3, 1, 5, 3));
    assertThat(Times.of(new double[] {4, 1, 2, 8})).isEqualTo(new Times(3, 1, 8, 4));
    assertThatThrownBy(() -> Times.of(new double[0])).hasMessageContaining("no times");
  }

  @Test
  void ratioAboveOneMeansThatWeAreFaster() {
    Comparison c = comparison("matmul-1024x768x768", 4, 6);
    assertThat(c.ratio()).isEqualTo(1.5);
    assertThat(new Comparison(c.which(), c.ours(), null).ratio()).isNaN();
  }

  @Test
  void limitIsTheSlowerOfArithmeticAndMemory() {
    // 1.208 GFLOP at 400 GFLOP/s are 3.02 ms; 9.4 MB at 40 GB/s are 0.24 ms.
    assertThat(comparison("matmul-1024x768x768", 4, 6).limitShare(CEILINGS))
        .isCloseTo(3.02 / 4, within(1e-3));
    // 2 * 3.1 MB at 40 GB/s are 0.157 ms.
    assertThat(comparison("layer-norm-1024x768", 0.2, 1).limitShare(CEILINGS))
        .isCloseTo(0.157 / 0.2, within(1e-2));
    assertThat(comparison("dispatch-add-16", 1, 1).limitShare(CEILINGS)).isNaN();
  }

  @Test
  void bertCountsTheMatrixProductsOfForwardAndBackwardPass() {
    Case forward = Cases.named("bert-base-forward-8x128");
    // 12 layers, 1024 tokens: 2 * (4 * 768^2 + 2 * 768 * 3072) of layers, 4 * 128 * 768 of
    // attention.
    assertThat(forward.flops()).isCloseTo(12 * 1024 * (2 * 7_077_888.0 + 393_216), within(2e7));
    assertThat(Cases.named("bert-base-train-8x128").flops()).isEqualTo(3 * forward.flops());
    assertThat(comparison(forward.name(), 512, 1).tokensPerSecond()).isEqualTo(2000);
  }

  @Test
  void unknownCasesAreRefusedWithTheKnownNames() {
    assertThatThrownBy(() -> Cases.named("soft"))
        .hasMessageStartingWith(
            "benchmark: there is no case \"soft\". Known are [bert-base-forward");
  }

  @Test
  void reportsSayWhatWasMeasuredAndWhere() throws IOException {
    List<Comparison> all =
        List.of(
            comparison("bert-base-train-8x128", 2000, 3000),
            comparison("dispatch-add-16", 0.0005, 0.001));
    String page = Reports.markdown("Title", INFO, CEILINGS, all, "plot.png");
    assertThat(page)
        .contains("| commit | abc |")
        .contains(
            "| bert-base-train-8x128 | f32 | 2000 (2000 to 2000) | 3000 (3000 to 3000) | 1.50")
        .contains("400 GFLOP/s f32 matrix product, 40.0 GB/s copy")
        .contains("](plot.png)");
    JsonNode json = new ObjectMapper().readTree(Reports.json(INFO, CEILINGS, all));
    JsonNode first = json.path("records").get(0);
    assertThat(first.path("name").textValue()).isEqualTo("bert-base-train-8x128");
    assertThat(first.path("median_ms").doubleValue()).isEqualTo(2000);
    assertThat(first.path("peer_median_ms").doubleValue()).isEqualTo(3000);
    assertThat(first.path("ratio").doubleValue()).isEqualTo(1.5);
    assertThat(first.has("limit_share")).isTrue();
    assertThat(json.path("records").get(1).has("limit_share")).isFalse();
    assertThat(json.path("environment").path("commit").textValue()).isEqualTo("abc");
  }

  @Test
  void withoutPeerTheReportHasOursOnly() throws IOException {
    List<Comparison> all =
        List.of(new Comparison(Cases.named("gelu-1024x3072"), Times.of(new double[] {1}), null));
    JsonNode json = new ObjectMapper().readTree(Reports.json(INFO, CEILINGS, all));
    assertThat(json.path("records").get(0).has("ratio")).isFalse();
    assertThat(Reports.markdown("Title", INFO, CEILINGS, all, null)).doesNotContain("NaN");
  }

  @Test
  void plotsRatios(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ratios.png");
    RatioPlot.write(
        List.of(comparison("gelu-1024x3072", 1, 2), comparison("dispatch-add-16", 2, 1)), file);
    assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(900);
  }

  @Test
  void kernelsOfThePeerFollowTheProcessorAndNotAPresetAlone() {
    assertThat(Launch.coreTypes(Set.of("avx2", "avx512f", "avx512_bf16"), "Haswell"))
        .containsExactly("SKYLAKEX", "COOPERLAKE", "Haswell");
    assertThat(Launch.coreTypes(Set.of("avx2"), null)).containsExactly("HASWELL");
    assertThat(Launch.coreTypes(Set.of(), "")).containsExactly("");
  }

  @Test
  void aTurnHasAtLeastTwoCallsAndAtMostTwoThousand() {
    assertThat(TurnTaker.samples(500, 2000)).isEqualTo(2);
    assertThat(TurnTaker.samples(500, 10)).isEqualTo(50);
    assertThat(TurnTaker.samples(500, 1e-6)).isEqualTo(2000);
  }
}
