package dev.bearhug.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.BatchStream;
import dev.bearhug.nn.data.DataLoader;
import dev.bearhug.nn.data.HostArray;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.nn.optim.LrSchedules;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.nn.optim.Sgd;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step of several small batches equals the step of one large batch. */
class AccumulationTest {
  private static final LoaderState START = new LoaderState(0, 0, 0, 8);

  @Test
  void fourTimesTwoHasTheLossAndTheGradientsOfOneTimesEight() {
    List<TaggingTask.Example> examples = TaggingTask.examples(8, 11);
    try (TaggingTask.Model whole = new TaggingTask.Model(1, 0);
        TaggingTask.Model parts = new TaggingTask.Model(1, 0)) {
      StepPass one = pass(whole, LossTerm.STANDARD, batches(examples, 8));
      StepPass four = pass(parts, LossTerm.STANDARD, batches(examples, 2));
      assertThat(four.loss()).isCloseTo(one.loss(), within(1e-6));
      assertThat(four.gradNorm()).isCloseTo(one.gradNorm(), within(1e-6));
      assertSameGradients(whole, parts);
    }
  }

  @Test
  void aBatchWhoseLabelsAreAllIgnoredChangesNothing() {
    List<TaggingTask.Example> examples = TaggingTask.examples(4, 12);
    // Example 3 has ignored labels only; alone in its batch its mean loss would be 0 / 0.
    try (TaggingTask.Model whole = new TaggingTask.Model(1, 0);
        TaggingTask.Model parts = new TaggingTask.Model(1, 0)) {
      StepPass one = pass(whole, LossTerm.STANDARD, batches(examples, 4));
      StepPass four = pass(parts, LossTerm.STANDARD, batches(examples, 1));
      assertThat(four.loss()).isCloseTo(one.loss(), within(1e-6));
      assertSameGradients(whole, parts);
    }
  }

  @Test
  void termsWithDifferentNumbersOfLabelsAreWeightedEachByItsOwn() {
    List<TaggingTask.Example> examples = TaggingTask.examples(8, 13);
    List<LossTerm> terms =
        List.of(
            new LossTerm("loss", LossWeight.labels("labels")),
            new LossTerm("size", LossWeight.examples()));
    try (TwoLosses whole = new TwoLosses();
        TwoLosses parts = new TwoLosses()) {
      StepPass one = pass(whole, terms, batches(examples, 8));
      StepPass three = pass(parts, terms, batches(examples, 3));
      assertThat(three.loss()).isCloseTo(one.loss(), within(1e-6));
      assertSameGradients(whole.model, parts.model);
    }
  }

  @Test
  void runsOfEitherFormEndWithTheSameWeights() throws IOException {
    List<TaggingTask.Example> examples = TaggingTask.examples(30, 14);
    List<float[]> whole = trained(examples, 8, 1);
    List<float[]> parts = trained(examples, 2, 4);
    for (int p = 0; p < whole.size(); p++) {
      assertThat(parts.get(p)).containsExactly(whole.get(p), within(2e-6f));
    }
  }

  @Test
  void countsTheLabelsThatTheLossAveragesOver() {
    Batch batch =
        Batch.builder(2)
            .put("labels", HostArray.of(new long[] {1, -100, 2, -100, 4, 5}, 2, 3))
            .put("choice", HostArray.of(new int[] {7, 3}, 2))
            .put("targets", HostArray.of(new float[] {1, 2, 3, 4}, 2, 2))
            .build();
    assertThat(LossWeight.examples().of(batch)).isEqualTo(2);
    assertThat(LossWeight.labels("labels").of(batch)).isEqualTo(4);
    assertThat(LossWeight.labels("labels", -100, 1).of(batch)).isEqualTo(3);
    assertThat(LossWeight.labels("choice", 7, 0).of(batch)).isEqualTo(1);
    assertThat(LossWeight.elements("targets").of(batch)).isEqualTo(4);
    assertThat(LossWeight.standard().of(batch)).isEqualTo(4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LossTerm("loss", b -> Double.NaN).weightOf(batch))
        .withMessageContaining("loss term loss: the number of labels that count must be finite");
  }

  private static List<float[]> trained(
      List<TaggingTask.Example> examples, int batchSize, int accumulate) throws IOException {
    DataLoader<TaggingTask.Example> data = TaggingTask.shuffled(examples, batchSize);
    try (TaggingTask.Model model = new TaggingTask.Model(1, 0);
        Sgd optimizer = new Sgd(ParamGroup.single(model.parameters(), 0))) {
      TrainSettings settings = TrainSettings.builder().epochs(3).accumulate(accumulate).build();
      TrainResult result =
          Trainer.builder(model, data, optimizer, LrSchedules.constant(0.1))
              .settings(settings)
              .build()
              .run();
      assertThat(result.steps()).isEqualTo(12);
      return model.weights();
    }
  }

  private static StepPass pass(Trainable model, List<LossTerm> terms, List<Batch> batches) {
    return new StepRunner(model, null, terms, null, Device.CPU, DType.F32, new RandomSource(0))
        .backward(batches, START, 1);
  }

  private static List<Batch> batches(List<TaggingTask.Example> examples, int batchSize) {
    List<Batch> batches = new ArrayList<>();
    try (BatchStream stream = TaggingTask.inOrder(examples, batchSize).epoch(0)) {
      stream.forEachRemaining(batches::add);
    }
    return batches;
  }

  private static void assertSameGradients(TaggingTask.Model expected, TaggingTask.Model actual) {
    for (int i = 0; i < expected.parameters().size(); i++) {
      Parameter e = expected.parameters().get(i);
      assertThat(actual.parameters().get(i).grad().toFloatArray())
          .as("gradient of %s", e.path())
          .containsExactly(e.grad().toFloatArray(), within(1e-6f));
    }
  }

  /** Adds a second loss, a mean over examples. */
  private static final class TwoLosses implements Trainable, AutoCloseable {
    private final TaggingTask.Model model = new TaggingTask.Model(2, 0);

    @Override
    public List<Parameter> parameters() {
      return model.parameters();
    }

    @Override
    public void setTraining(boolean training) {
      model.setTraining(training);
    }

    @Override
    public TensorMap forward(TensorMap inputs) {
      TensorMap outputs = model.forward(inputs);
      Tensor first = model.weight(0).embedding(inputs.get("ids").select(1, 0));
      return outputs.put("size", first.square().sum(false, 1).mean());
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
