package dev.bearhug.tasks.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionWriterTest {

  private static final LabelSet CLASSES =
      LabelSet.ofNames(LabelType.SINGLE, List.of("a", "b, \"c\""));

  @TempDir Path temp;

  private static Prediction single(float[] target, float... logits) {
    return Prediction.of(FeaturesForTests.of("dev-1", target, 1), logits, CLASSES);
  }

  @Test
  void jsonLines() {
    Path file = temp.resolve("p.jsonl");
    PredictionWriter.write(
        file, List.of(single(new float[] {0}, 0, 0), single(null, 0, 100)), CLASSES);
    assertThat(file)
        .hasContent(
            """
            {"id":"dev-1","label":"a","probability":0.5,"probabilities":{"a":0.5,"b, \\"c\\"":0.5},\
            "expected":"a"}
            {"id":"dev-1","label":"b, \\"c\\"","probability":1.0,"probabilities":{"a":0.0,\
            "b, \\"c\\"":1.0}}
            """);
  }

  @Test
  void csvQuotesWhatNeedsIt() {
    Path file = temp.resolve("p.CSV");
    PredictionWriter.write(file, List.of(single(new float[] {0}, 0, 100)), CLASSES);
    assertThat(file)
        .hasContent(
            """
            id,label,expected,p:a,"p:b, ""c""\"
            dev-1,"b, ""c""\",a,0.0,1.0
            """);
  }

  @Test
  void setsAndNumbers() {
    LabelSet sets = LabelSet.ofNames(LabelType.MULTI, List.of("a", "b"));
    Prediction set =
        Prediction.of(FeaturesForTests.of("x", new float[] {0, 1}, 1), new float[] {9, 9}, sets);
    assertThat(PredictionWriter.toJson(set, sets).toString())
        .startsWith("{\"id\":\"x\",\"labels\":[\"a\",\"b\"]")
        .endsWith("\"expected\":[\"b\"]}");
    Prediction number =
        Prediction.of(
            FeaturesForTests.of("x", new float[] {2}, 1),
            new float[] {1.5f},
            LabelSet.regression());
    assertThat(PredictionWriter.toJson(number, LabelSet.regression()))
        .hasToString("{\"id\":\"x\",\"value\":1.5,\"expected\":2.0}");
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = temp.resolve("missing/p.jsonl");
    assertThatThrownBy(() -> PredictionWriter.write(file, List.of(), CLASSES))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write " + file);
  }
}
