package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFilesTest {

  @TempDir Path folder;

  @Test
  void readsBackWhatItWroteAndNeverWritesToTheFile() throws Exception {
    Path file = folder.resolve("t.safetensors");
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      TensorMap map = new TensorMap();
      map.put("x", x.transpose(0, 1))
          .put("half", x.to(DType.BF16))
          .put("n", Tensor.of(new long[] {7}));
      map.put("flag", Tensor.of(new boolean[] {true, false, true}));
      map.put("none", Tensor.zeros(0, 4)).put("scalar", x.sum());
      TensorFiles.save(file, map, Map.of("format", "pt"));
      for (int round = 0; round < 2; round++) {
        TensorMap back = TensorFiles.load(file);
        assertThat(back.get("x").shape()).isEqualTo(Shape.of(3, 2));
        assertThat(back.get("x").toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(back.get("half").dtype()).isEqualTo(DType.BF16);
        assertThat(back.get("n").toLongArray()).containsExactly(7);
        assertThat(back.get("flag").toLongArray()).containsExactly(1, 0, 1);
        assertThat(back.get("none").shape()).isEqualTo(Shape.of(0, 4));
        assertThat(back.get("scalar").item()).isEqualTo(21);
        back.get("x").fill(0);
        back.values().forEach(Tensor::close);
      }
    }
  }

  @Test
  void randomTensorsHaveTheirMomentsAndDependOnSeedAlone() {
    try (Scope scope = Scope.open("test")) {
      RandomSource source = new RandomSource(42);
      Tensor a = RandomTensors.normal(Shape.of(301, 333), 1, 2, source);
      Tensor b = RandomTensors.normal(Shape.of(301, 333), 1, 2, source);
      Tensor again = RandomTensors.normal(Shape.of(301, 333), 1, 2, new RandomSource(42));
      assertThat(a.toFloatArray()).isEqualTo(again.toFloatArray()).isNotEqualTo(b.toFloatArray());
      assertThat(a.mean().item()).isBetween(0.98, 1.02);
      assertThat(a.sub(1).square().mean().item()).isBetween(3.9, 4.1);
      Tensor u = RandomTensors.uniform(Shape.of(100_001), -1, 3, source);
      assertThat(u.mean().item()).isBetween(0.97, 1.03);
      assertThat(u.max(0, false).item()).isBetween(2.99, 3.0);
      Tensor t = RandomTensors.truncatedNormal(Shape.of(100_001), 0, 1, source);
      assertThat(t.abs().max(0, false).item()).isBetween(1.9, 2.0);
      assertThat(t.square().mean().item()).isBetween(0.75, 0.80);
      assertThat(t.device()).isEqualTo(Device.CPU);
    }
  }
}
