package dev.bearhug.tasks.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tasks.processor.LabelSet;
import dev.bearhug.tasks.processor.LabelType;
import dev.bearhug.transformers.head.HeadKind;
import dev.bearhug.transformers.head.HeadSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskRegistryTest {

  private final TaskRegistry registry = TaskRegistry.installed();

  @Test
  void aliasesOfHugNlpLeadToTheTask() {
    for (String name : List.of("classification", "auto_cls", "head_cls")) {
      assertThat(registry.get(name).name()).as(name).isEqualTo("classification");
    }
  }

  @Test
  void unknownNamesListNearOnes() {
    assertThatThrownBy(() -> registry.get("head_clss"))
        .isInstanceOf(UnknownTaskException.class)
        .hasMessageContaining("there is no task \"head_clss\"")
        .hasMessageContaining("Did you mean head_cls");
  }

  @Test
  void twoPluginsCannotShareAName() {
    assertThatThrownBy(
            () -> new TaskRegistry(List.of(new ClassificationPlugin(), new ClassificationPlugin())))
        .hasMessageContaining("\"classification\" is claimed by");
  }

  @Test
  void labelsAndHeadBelongTogether() {
    ClassificationTask task = new ClassificationTask();
    for (LabelSet labels :
        List.of(
            LabelSet.ofNames(LabelType.SINGLE, List.of("b", "a")),
            LabelSet.ofNames(LabelType.MULTI, List.of("x", "y", "z")),
            LabelSet.regression())) {
      assertThat(task.labels(task.head(labels))).isEqualTo(labels);
    }
    assertThatThrownBy(() -> task.labels(HeadSpec.of(HeadKind.MASKED_LM)))
        .hasMessageContaining("must have a head for whole texts");
  }
}
