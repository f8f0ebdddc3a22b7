package dev.bearhug.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Closeness;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MultiHeadAttentionTest {

  private static final Initializer INIT = Initializer.normal(0.3);

  private static MultiHeadAttention layer(int heads, double dropout) {
    return new MultiHeadAttention(12, heads, dropout, true, INIT, Params.random(5, Device.CPU));
  }

  private static Tensor random(int seed, long... shape) {
    return RandomTensors.uniform(Shape.of(shape), -1, 1, new RandomSource(seed));
  }

  private static void assertSame(String what, Tensor have, Tensor want) {
    assertThat(have.shape()).as(what).isEqualTo(want.shape());
    Closeness.assertClose(what, have.toDoubleArray(), want.toDoubleArray(), 1e-5, 1e-5);
  }

  @Test
  @Tag("fixtures")
  void agreesWithTheReferenceValues() throws IOException {
    TensorMap all = TensorFiles.load(SharedFiles.fixtures("ops").resolve("ops.safetensors"));
    String name = "multi_head_attention/";
    try (MultiHeadAttention layer = layer(3, 0);
        Scope scope = Scope.open("test")) {
      Map<String, String> keys =
          Map.of(
              "in_proj_weight", "w_in",
              "in_proj_bias", "b_in",
              "out_proj.weight", "w_out",
              "out_proj.bias", "b_out");
      for (Parameter p : layer.parameters()) {
        p.tensor().assign(all.get(name + "in/" + keys.get(p.path())).copy());
      }
      Tensor x = Autograd.requireGrad(all.get(name + "in/x").copy());
      Tensor mask = MultiHeadAttention.paddingMask(all.get(name + "in/key_padding_mask").copy());
      assertSame("y", layer.forward(x, mask, false), all.get(name + "out/0"));
      TensorMap out = layer.forwardWithWeights(x, mask, false);
      assertSame("y beside weights", out.get("y"), all.get(name + "out/0"));
      assertSame("weights", out.get("weights"), all.get(name + "out/1"));
      Tensor loss =
          out.get("y")
              .mul(all.get(name + "cot/0"))
              .sum()
              .add(out.get("weights").mul(all.get(name + "cot/1")).sum());
      Autograd.backward(loss);
      for (Parameter p : layer.parameters()) {
        Tensor want = all.get(name + "grad/" + keys.get(p.path()));
        assertSame(p.path(), Autograd.grad(p.tensor()), want);
      }
    }
  }

  @Test
  void attentionToItselfIsThatToAnEqualMemory() {
    try (MultiHeadAttention layer = layer(4, 0);
        Scope scope = Scope.open("test")) {
      Tensor x = random(1, 2, 5, 12);
      assertSame("cross", layer.forward(x, x, (Tensor) null), layer.forward(x, null, false));
    }
  }

  @Test
  void laterPositionsDoNotChangeEarlierOnesUnderCausality() {
    try (MultiHeadAttention layer = layer(2, 0);
        Scope scope = Scope.open("test")) {
      Tensor x = random(2, 1, 6, 12);
      Tensor part = x.slice(1, 0, 4);
      assertSame(
          "first rows",
          layer.forward(x, null, true).slice(1, 0, 4),
          layer.forward(part, null, true));
    }
  }

  @Test
  void weightsAreDroppedInTrainingAlone() {
    try (MultiHeadAttention layer = layer(2, 0.5);
        Scope scope = Scope.open("test")) {
      Tensor x = random(3, 2, 6, 12);
      layer.setTraining(false);
      float[] still = layer.forward(x, null, false).toFloatArray();
      assertThat(layer.forward(x, null, false).toFloatArray()).isEqualTo(still);
      layer.setTraining(true);
      assertThat(layer.forward(x, null, false).toFloatArray()).isNotEqualTo(still);
    }
  }

  @Test
  void headsMustDivideTheHiddenSize() {
    assertThatThrownBy(() -> layer(5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attention : 5 heads do not divide the hidden size 12.");
  }
}
