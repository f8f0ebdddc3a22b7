package dev.bearhug.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.benchmarks.workload.BertStep;
import dev.bearhug.benchmarks.workload.Workload;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.transformers.config.BertConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EngineWorkloadsTest {

  /** All but the ones that take long or much memory. */
  static Stream<String> cases() {
    return Cases.all(List.of()).stream()
        .map(Case::id)
        .filter(n -> !n.matches("(bert|cross-entropy|attention-gradient-8x12x(1024|2048)).*"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runsTwiceAndLeavesNothingBehind(String id) {
    String[] words = id.split(":");
    long before = SegmentPool.SHARED.stats().buffers();
    try (Workload w = new EngineWorkloads().open(words[0], words[1])) {
      w.run();
      long between = SegmentPool.SHARED.stats().buffers();
      w.run();
      assertThat(SegmentPool.SHARED.stats().buffers())
          .as("buffers after a call")
          .isEqualTo(between);
    }
    assertThat(SegmentPool.SHARED.stats().buffers())
        .as("buffers at the end")
        .isLessThanOrEqualTo(before);
  }

  @Test
  void unknownCasesAreRefused() {
    assertThatThrownBy(() -> new EngineWorkloads().open("soft", "f32"))
        .hasMessage("engine: unknown case soft.");
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void trainingOnTheSameBatchLowersTheLoss(DType precision) {
    long before = SegmentPool.SHARED.stats().buffers();
    BertConfig config = BertConfig.tiny(100);
    try (BertStep step = new BertStep(config, 2, 8, 3, precision)) {
      double first = step.train();
      double last = first;
      for (int i = 0; i < 300; i++) {
        last = step.train();
      }
      assertThat(last).as("loss, seed 3").isLessThan(first / 2);
      assertThat(step.forward()).isFinite();
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }
}
