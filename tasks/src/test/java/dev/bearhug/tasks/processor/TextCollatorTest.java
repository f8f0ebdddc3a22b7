package dev.bearhug.tasks.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.nn.data.Batch;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextCollatorTest {

  private static TextFeatures example(float[] target, int... ids) {
    return FeaturesForTests.of("x", target, ids);
  }

  @Test
  void padsToTheLongestOfTheBatch() {
    Batch batch =
        new TextCollator(9, LabelType.SINGLE, 2)
            .collate(List.of(example(new float[] {1}, 5, 6, 7), example(new float[] {0}, 8)));
    assertThat(batch.get("input_ids").longs()).containsExactly(5, 6, 7, 8, 9, 9);
    assertThat(batch.get("attention_mask").longs()).containsExactly(1, 1, 1, 1, 0, 0);
    assertThat(batch.get("token_type_ids").shape()).containsExactly(2, 3);
    assertThat(batch.get("labels").longs()).containsExactly(1, 0);
    assertThat(batch.tokens()).isEqualTo(4);
    assertThat(batch.padding()).isEqualTo(2);
  }

  @Test
  void setsAndNumbersAreFloats() {
    Batch sets =
        new TextCollator(0, LabelType.MULTI, 2)
            .collate(List.of(example(new float[] {1, 0}, 1), example(new float[] {1, 1}, 2)));
    assertThat(sets.get("labels").shape()).containsExactly(2, 2);
    assertThat(sets.get("labels").floats()).containsExactly(1, 0, 1, 1);
    Batch numbers =
        new TextCollator(0, LabelType.REGRESSION, 1)
            .collate(List.of(example(new float[] {2.5f}, 1)));
    assertThat(numbers.get("labels").shape()).containsExactly(1);
    assertThat(numbers.get("labels").floats()).containsExactly(2.5f);
  }

  @Test
  void aBatchWithAnUnlabelledExampleHasNoLabels() {
    Batch batch =
        new TextCollator(0, LabelType.SINGLE, 2)
            .collate(List.of(example(new float[] {1}, 1), example(null, 2)));
    assertThat(batch.has("labels")).isFalse();
  }
}
