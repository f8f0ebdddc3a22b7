package dev.bearhug.tasks.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tasks.processor.FeaturesForTests;
import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.tasks.processor.Prediction;
import dev.bearhug.tasks.processor.TextFeatures;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationEvaluatorTest {

  private static TextFeatures example(float... target) {
    return FeaturesForTests.of("x", target, 1, 2, 3);
  }

  @Test
  void crossEntropyIsTheMeanOverAllExamples() {
    LabelSet labels = LabelSet.ofNames(LabelType.SINGLE, List.of("a", "b"));
    Evaluation result =
        new ClassificationEvaluator(labels)
            .evaluate(
                List.of(example(0), example(1), example(1)),
                List.of(new float[] {2, 0}, new float[] {0, 1}, new float[] {1000, 0}));
    double expected = (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1)) + 1000) / 3;
    assertThat(result.metrics().get("loss")).isCloseTo(expected, within(1e-12));
    assertThat(result.metrics().get("accuracy")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(result.confusion().count(1, 0)).isEqualTo(1);
    assertThat(result.predictions())
        .extracting(p -> p.labels().get(0))
        .containsExactly("a", "b", "a");
    assertThat(result.predictions().get(2).expectedLabels()).containsExactly("b");
  }

  @Test
  void setsOfClassesUseBinaryCrossEntropyAndAThreshold() {
    LabelSet labels = LabelSet.ofNames(LabelType.MULTI, List.of("a", "b", "c"));
    Evaluation result =
        new ClassificationEvaluator(labels)
            .evaluate(List.of(example(1, 0, 0)), List.of(new float[] {0, -2, 500}));
    double expected = (Math.log(2) + Math.log1p(Math.exp(-2)) + 500) / 3;
    assertThat(result.metrics().get("loss")).isCloseTo(expected, within(1e-12));
    assertThat(result.predictions().get(0).labels()).containsExactly("a", "c");
    assertThat(result.confusion()).isNull();
  }

  @Test
  void numbersUseSquaredErrorAndCorrelation() {
    Evaluation result =
        new ClassificationEvaluator(LabelSet.regression())
            .evaluate(
                List.of(example(1), example(2), example(4)),
                List.of(new float[] {2}, new float[] {4}, new float[] {8}));
    assertThat(result.metrics().get("loss")).isCloseTo((1 + 4 + 16) / 3.0, within(1e-12));
    assertThat(result.metrics().get("pearson")).isCloseTo(1, within(1e-12));
    Prediction first = result.predictions().get(0);
    assertThat(first.value()).isEqualTo(2);
    assertThat(first.expectedValue()).isEqualTo(1);
  }

  @Test
  void withoutLabelsThereAreOnlyPredictions() {
    LabelSet labels = LabelSet.ofNames(LabelType.SINGLE, List.of("a", "b"));
    Evaluation result =
        new ClassificationEvaluator(labels)
            .evaluate(List.of(FeaturesForTests.of("x", null, 1)), List.of(new float[] {0, 1}));
    assertThat(result.metrics().values()).isEmpty();
    assertThat(result.predictions().get(0).labels()).containsExactly("b");
    assertThatThrownBy(
            () -> new ClassificationEvaluator(labels).evaluate(List.of(), List.of(new float[2])))
        .hasMessageContaining("(examples 0, outputs 1)");
  }
}
