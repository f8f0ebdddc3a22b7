package dev.bearhug.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.benchmarks.compare.TextSet.Text;
import dev.bearhug.tasks.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final RunInfo INFO =
      new RunInfo("./bearhug bench cpu", "abc", "a processor", 2, "ours 1", "peer 2", 3);
  private static final TextSet TEXTS =
      new TextSet("sst2", "a file", 2, List.of(new Text(0, new int[] {101, 7, 102})));

  /** 400 GFLOP/s in f32, 800 in bf16, 40 GB/s on two threads; half of it on one. */
  private static Ceilings ceilings() {
    Ceilings ceilings = new Ceilings();
    for (int threads = 1; threads <= 2; threads++) {
      add(ceilings, Cases.productCeiling("f32"), threads, 200e9 * threads);
      add(ceilings, Cases.productCeiling("bf16"), threads, 400e9 * threads);
      add(ceilings, Cases.COPY_CEILING, threads, 20e9 * threads);
    }
    return ceilings;
  }

  private static void add(Ceilings ceilings, Case which, int threads, double perSecond) {
    double millis = 1e3 * Math.max(which.work().flops(), which.work().bytes()) / perSecond;
    ceilings.add(which, threads, Times.of(new double[] {millis, 1.5 * millis}));
  }

  private static Case named(String id) {
    return Cases.all(List.of(TEXTS)).stream().filter(c -> c.id().equals(id)).findFirst().get();
  }

  private static Side side(double millis, Map<String, Double> facts) {
    return new Side("f32", Times.of(new double[] {millis}), facts);
  }

  private static Comparison comparison(String id, double ours, double peer) {
    Case which = named(id);
    int threads = which.threads() == 0 ? 2 : which.threads();
    return new Comparison(which, threads, side(ours, Map.of()), side(peer, Map.of()));
  }

  private static Results results(Comparison... all) {
    return new Results("Title", INFO, ceilings(), List.of(all), List.of(TEXTS), List.of());
  }

  @Test
  void summarisesTimes() {
    assertThat(Times.of(new double[] {5, 1, 3})).isEqualTo(new Times(3, 1, 5, 3));
    assertThat(Times.of(new double[] {4, 1, 2, 8})).isEqualTo(new Times(3, 1, 8, 4));
    assertThatThrownBy(() -> Times.of(new double[0])).hasMessageContaining("no times");
  }

  @Test
  void ratioAboveOneMeansThatWeAreFaster() {
    Comparison c = comparison("matmul-1024x768x768:f32", 4, 6);
    assertThat(c.ratio()).isEqualTo(1.5);
    assertThat(new Comparison(c.which(), 2, c.ours(), null).ratio()).isNaN();
  }

  @Test
  void limitIsTheSlowerOfArithmeticAndMemoryAtTheRatesOfTypeAndThreads() {
    Ceilings ceilings = ceilings();
    // 1.208 GFLOP at 400 GFLOP/s are 3.02 ms; 9.4 MB at 40 GB/s are 0.24 ms.
    assertThat(ceilings.limitMillis(named("matmul-1024x768x768:f32"), 2))
        .isCloseTo(3.02, within(1e-2));
    assertThat(ceilings.limitMillis(named("matmul-1024x768x768:bf16"), 2))
        .isCloseTo(1.51, within(1e-2));
    assertThat(ceilings.limitMillis(named("matmul-1024x768x768:f32"), 1))
        .isCloseTo(6.04, within(1e-2));
    // 2 * 3.1 MB at 40 GB/s are 0.157 ms.
    assertThat(comparison("layer-norm-1024x768:f32", 0.2, 1).limitShare(ceilings))
        .isCloseTo(0.157 / 0.2, within(1e-2));
    assertThatThrownBy(() -> ceilings.limitMillis(named("gelu-1024x3072:f32"), 3))
        .hasMessage("benchmark: no ceiling of bytes on 3 threads.");
  }

  @Test
  void theShorterOfTwoMeasurementsOfACeilingCounts() {
    Ceilings ceilings = ceilings();
    add(ceilings, Cases.COPY_CEILING, 2, 30e9);
    assertThat(ceilings.all()).hasSize(6);
    assertThat(ceilings.all().get(5).rate()).isCloseTo(40, within(1e-9));
    add(ceilings, Cases.COPY_CEILING, 2, 50e9);
    assertThat(ceilings.all().get(5).rate()).isCloseTo(50, within(1e-9));
  }

  @Test
  void bertCountsTheMatrixProductsOfForwardAndBackwardPass() {
    Case forward = named("bert-base-forward-8x128:f32");
    // 12 layers, 1024 tokens: 2 * (4 * 768^2 + 2 * 768 * 3072) of layers, 4 * 128 * 768 of
    // attention.
    assertThat(forward.work().flops())
        .isCloseTo(12 * 1024 * (2 * 7_077_888.0 + 393_216), within(2e7));
    assertThat(named("bert-base-train-8x128:f32").work().flops())
        .isEqualTo(3 * forward.work().flops());
    assertThat(comparison(forward.id(), 512, 1).tokensPerSecond()).isEqualTo(2000);
    // Three tokens, without padding.
    assertThat(named("bert-base-train-real-lengths-sst2:f32").work().flops())
        .isCloseTo(3 * 12 * (3 * 2 * 7_077_888.0 + 4 * 9 * 768), within(1e7));
  }

  @Test
  void filtersArePartsOfNamesOrPatterns() {
    List<Case> all = Cases.all(List.of(TEXTS));
    assertThat(CpuSuite.chosen(all, List.of())).isEqualTo(all);
    assertThat(CpuSuite.chosen(all, List.of("soft"))).hasSizeGreaterThan(2);
    assertThat(CpuSuite.chosen(all, List.of("bert-base-*-8x128", "dispatch")))
        .extracting(Case::id)
        .containsExactly(
            "bert-base-forward-8x128:f32",
            "bert-base-train-8x128:f32",
            "bert-base-forward-8x128:bf16",
            "bert-base-train-8x128:bf16",
            "dispatch-add-16:f32");
    assertThat(named("bert-base-train-8x128:bf16").peerTypes()).containsExactly("f32", "bf16");
    assertThat(CpuSuite.chosen(all, List.of("gelu-1024x307?:bf16"))).hasSize(1);
    assertThat(CpuSuite.chosen(all, List.of("sofd", "gelu-1024x3072:f32"))).hasSize(1);
    assertThatThrownBy(() -> CpuSuite.chosen(all, List.of("sofd")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--filter: no case fits [sofd]. There are bert-base-forward");
  }

  @Test
  void theNamesAreUnique() {
    assertThat(Cases.all(List.of(TEXTS)).stream().map(Case::id)).doesNotHaveDuplicates();
  }

  @Test
  void reportsSayWhatWasMeasuredAndWhere() throws IOException {
    Results results =
        results(
            comparison("bert-base-train-8x128:f32", 2000, 3000),
            comparison("bert-base-train-8x128-1-thread:f32", 3600, 5000),
            comparison("dispatch-add-16:f32", 0.0005, 0.001));
    String page = Reports.markdown(results, "plot.png");
    assertThat(page)
        .contains("| commit | abc |")
        .contains(
            "| bert-base-train-8x128 | f32 | 2000 (2000 to 2000) | 3000 (3000 to 3000) (f32) |"
                + " 1.50")
        .contains("400 GFLOP/s f32 matrix product, 2 threads", "40.0 GB/s copy")
        .contains("2 threads are 1.80 times as fast as one (peer: 1.67)")
        .contains("](plot.png)");
    JsonNode json = new ObjectMapper().readTree(Reports.json(results));
    assertThat(json.isArray()).isTrue();
    assertThat(json).hasSize(3 + 6);
    JsonNode first = json.get(0);
    assertThat(first.path("name").textValue()).isEqualTo("bert-base-train-8x128");
    assertThat(first.path("dtype").textValue()).isEqualTo("f32");
    assertThat(first.path("peer_dtype").textValue()).isEqualTo("f32");
    assertThat(first.path("median_ms").doubleValue()).isEqualTo(2000);
    assertThat(first.path("min_ms").doubleValue()).isEqualTo(2000);
    assertThat(first.path("peer_median_ms").doubleValue()).isEqualTo(3000);
    assertThat(first.path("ratio").doubleValue()).isEqualTo(1.5);
    assertThat(first.path("tokens_per_s").doubleValue()).isEqualTo(512);
    assertThat(first.path("commit").textValue()).isEqualTo("abc");
    assertThat(json.get(1).path("scaling").doubleValue()).isEqualTo(1.8);
    assertThat(json.get(1).path("threads").intValue()).isEqualTo(1);
    for (JsonNode record : json) {
      assertThat(record.path("limit_share").isNumber()).as(record.toString()).isTrue();
    }
    JsonNode ceiling = json.get(3);
    assertThat(ceiling.path("name").textValue()).startsWith("ceiling-");
    assertThat(ceiling.path("gflops").doubleValue()).isCloseTo(200, within(1e-9));
  }

  @Test
  void factsOfBothSidesAreReported() throws IOException {
    Case which = named("bert-base-train-real-lengths-sst2:f32");
    Map<String, Double> ours = Map.of(Side.PEAK, 1048576.0, "padding_share", 0.0);
    Map<String, Double> peer = Map.of(Side.PEAK, 2097152.0, "padding_share", 0.5);
    Results results = results(new Comparison(which, 2, side(1, ours), side(2, peer)));
    assertThat(Reports.markdown(results, null))
        .contains("| 1 | 2 |", "a file, 3 tokens, padding computed: ours 0 %, peer 50 %.");
    JsonNode record = new ObjectMapper().readTree(Reports.json(results)).get(0);
    assertThat(record.path("peak_bytes").doubleValue()).isEqualTo(1048576);
    assertThat(record.path("peer_peak_bytes").doubleValue()).isEqualTo(2097152);
    assertThat(record.path("peer_padding_share").doubleValue()).isEqualTo(0.5);
    assertThat(record.path("texts").textValue()).isEqualTo("a file");
  }

  @Test
  void withoutPeerTheReportHasOursOnly(@TempDir Path folder) throws IOException {
    Comparison alone = new Comparison(named("gelu-1024x3072:f32"), 2, side(1, Map.of()), null);
    JsonNode json = new ObjectMapper().readTree(Reports.json(results(alone)));
    assertThat(json.get(0).get("ratio").isNull()).isTrue();
    assertThat(json.get(0).get("peer_median_ms").isNull()).isTrue();
    assertThat(Reports.markdown(results(alone), null)).doesNotContain("NaN");
    Path file = folder.resolve("limits.png");
    RatioPlot.write(results(alone), file);
    assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(900);
  }

  @Test
  void failuresStandInTheReport() {
    Results results =
        new Results("T", INFO, ceilings(), List.of(), List.of(), List.of("gelu: it crashed"));
    assertThat(Reports.markdown(results, null)).contains("- failed: gelu: it crashed");
  }

  @Test
  void plotsRatios(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ratios.png");
    RatioPlot.write(
        results(comparison("gelu-1024x3072:f32", 1, 2), comparison("dispatch-add-16:f32", 2, 1)),
        file);
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
  void aTurnHasAtLeastOneCallAndAtMostTwoThousand() {
    assertThat(TurnTaker.samples(500, 2000)).isEqualTo(1);
    assertThat(TurnTaker.samples(500, 10)).isEqualTo(50);
    assertThat(TurnTaker.samples(500, 1e-6)).isEqualTo(2000);
  }

  @Test
  void textsSurviveTheirFile(@TempDir Path folder) throws IOException {
    List<Text> made = TextSets.made(64, 4, 11, 0.75);
    assertThat(made).allSatisfy(t -> assertThat(t.ids().length).isBetween(3, 128));
    assertThat(made).extracting(t -> t.ids().length).doesNotContainSequence(3, 3, 3, 3);
    TextSet set = new TextSet("made", "made up", 4, made);
    set.write(folder);
    String before = System.setProperty(TextSet.FOLDER, folder.toString());
    try {
      TextSet read = TextSet.read("made");
      assertThat(read.source()).isEqualTo("made up");
      assertThat(read.classes()).isEqualTo(4);
      assertThat(read.tokens()).isEqualTo(set.tokens());
      assertThat(read.texts().get(5).ids()).isEqualTo(made.get(5).ids());
      assertThat(read.texts().get(5).label()).isEqualTo(made.get(5).label());
    } finally {
      if (before == null) {
        System.clearProperty(TextSet.FOLDER);
      } else {
        System.setProperty(TextSet.FOLDER, before);
      }
    }
  }
}
