package dev.bearhug.nn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void findsTheNameWithTheFewestEdits() {
    assertThat(NearestName.of("lable", List.of("text", "label"))).contains("label");
    assertThat(NearestName.of("LINEAR", List.of("cosine", "linear"))).contains("linear");
    assertThat(NearestName.of("warmup_step", List.of("warmup", "warmup_steps")))
        .contains("warmup_steps");
  }

  @Test
  void staysSilentWhenNothingIsNear() {
    assertThat(NearestName.of("zzzz", List.of("text", "label"))).isEmpty();
    assertThat(NearestName.of("text", List.of())).isEmpty();
  }
}
