package dev.bearhug.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.nn.KeyMap;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.StateTensor;
import dev.bearhug.nn.StoredWeights;
import dev.bearhug.nn.train.ParameterFiles;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.SafeTensorsFile;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NormLayersTest {

  @Test
  void batchNormTracksRunningStatisticsWhileTraining() {
    try (Scope scope = Scope.open("test");
        BatchNorm norm = new BatchNorm(1, 0.1, 1e-5, Params.random(1, Device.CPU))) {
      Tensor x = Tensor.of(new float[] {1, 3}, 2, 1);
      assertThat(norm.forward(x).toFloatArray())
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(1, 3);
      norm.setTraining(true);
      assertThat(norm.forward(x).toFloatArray())
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(-1, 1);
      assertThat(norm.buffers().get(0).tensor().toFloatArray())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(0.2f);
      assertThat(norm.buffers().get(1).tensor().toFloatArray())
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(1.1f);
      assertThat(norm.buffers().get(2).tensor().item()).isEqualTo(1);
    }
  }

  @Test
  void batchNormWithoutMomentumAveragesAllBatches() {
    try (Scope scope = Scope.open("test");
        BatchNorm norm = new BatchNorm(1, 0, 1e-5, Params.random(1, Device.CPU))) {
      norm.setTraining(true);
      for (float mean : new float[] {2, 4, 9}) {
        norm.forward(Tensor.of(new float[] {mean - 1, mean + 1}, 2, 1));
      }
      assertThat(norm.buffers().get(0).tensor().toFloatArray())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(5);
    }
  }

  @Test
  void buffersAreSavedAndLoadedWithTheParameters(@TempDir Path folder) throws IOException {
    try (Scope scope = Scope.open("test");
        BatchNorm norm = new BatchNorm(2, 0.1, 1e-5, Params.random(1, Device.CPU).sub("norm"));
        BatchNorm other = new BatchNorm(2, 0.1, 1e-5, Params.random(2, Device.CPU).sub("norm"))) {
      norm.setTraining(true);
      norm.forward(Tensor.of(new float[] {1, 2, 5, 9}, 2, 2));
      assertThat(norm.state().stream().map(StateTensor::path))
          .containsExactly(
              "norm.weight",
              "norm.bias",
              "norm.running_mean",
              "norm.running_var",
              "norm.num_batches_tracked");
      new ParameterFiles(norm.state()).save(folder);
      new ParameterFiles(other.state()).load(folder);
      equal(norm, other);
      StoredWeights weights =
          new StoredWeights(
              SafeTensorsFile.open(folder.resolve("model.safetensors")), "saved", new KeyMap());
      try (BatchNorm read =
          new BatchNorm(2, 0.1, 1e-5, Params.from(weights, 3, Device.CPU).sub("norm"))) {
        equal(norm, read);
        assertThat(weights.finish().unexpected()).isEmpty();
        assertThat(weights.report().missing()).isEmpty();
      }
    }
  }

  private static void equal(BatchNorm want, BatchNorm have) {
    for (int i = 0; i < want.state().size(); i++) {
      Tensor w = want.state().get(i).tensor();
      Tensor h = have.state().get(i).tensor();
      assertThat(h.dtype()).isEqualTo(w.dtype());
      assertThat(h.toFloatArray()).containsExactly(w.toFloatArray());
    }
  }

  @Test
  void batchNormRefusesAMomentumOutsideItsRange() {
    assertThatThrownBy(() -> new BatchNorm(2, 1.5, 1e-5, Params.random(1, Device.CPU).sub("n")))
        .hasMessage(
            "batch norm n: momentum is 1.5 but must be in [0, 1]; it is the share of the new batch,"
                + " usually 0.1.");
  }

  @Test
  void rmsNormStartsPlainInBothForms() {
    try (Scope scope = Scope.open("test");
        RmsNorm plain = new RmsNorm(2, 0, Params.random(1, Device.CPU));
        RmsNorm offset = new RmsNorm(2, 0, true, Params.random(1, Device.CPU))) {
      Tensor x = Tensor.of(new float[] {3, 4}, 1, 2);
      float rms = (float) Math.sqrt(12.5);
      for (RmsNorm norm : new RmsNorm[] {plain, offset}) {
        assertThat(norm.forward(x).toFloatArray())
            .usingComparatorWithPrecision(1e-6f)
            .containsExactly(3 / rms, 4 / rms);
      }
    }
  }

  @Test
  void groupNormOfOneChannelEachIsInstanceNorm() {
    try (Scope scope = Scope.open("test");
        GroupNorm norm = new GroupNorm(2, 2, 0, Params.random(1, Device.CPU))) {
      Tensor y = norm.forward(Tensor.of(new float[] {1, 3, 10, 30}, 1, 2, 2));
      assertThat(y.shape()).isEqualTo(Shape.of(1, 2, 2));
      assertThat(y.toFloatArray())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(-1, 1, -1, 1);
    }
  }
}
