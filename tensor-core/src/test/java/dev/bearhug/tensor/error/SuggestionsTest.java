package dev.bearhug.tensor.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Distances and suggestions. */
class SuggestionsTest {

  @Test
  void distanceCountsEditsAndSwaps() {
    assertThat(Suggestions.distance("", "abc")).isEqualTo(3);
    assertThat(Suggestions.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Suggestions.distance("lable", "label")).isEqualTo(1);
    assertThat(Suggestions.distance("same", "same")).isZero();
  }

  @Test
  void nearestNamesComeFirstAndFarOnesNotAtAll() {
    List<String> known = List.of("learningRate", "batchSize", "label", "labels", "epochs");
    assertThat(Suggestions.nearest("lable", known)).containsExactly("label", "labels");
    assertThat(Suggestions.nearest("LEARNINGRATE", known)).containsExactly("learningRate");
    assertThat(Suggestions.nearest("rate", known)).containsExactly("learningRate");
    assertThat(Suggestions.nearest("xyz", known)).isEmpty();
    assertThat(Suggestions.nearest("x", List.of("y"))).isEmpty();
    assertThat(Suggestions.didYouMean("epoch", known)).isEqualTo(" Did you mean epochs?");
    assertThat(Suggestions.didYouMean("qqqq", known)).isEmpty();
  }
}
