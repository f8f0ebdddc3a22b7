package dev.bearhug.transformers.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * BERT in mixed precision loses no more than it must: at most twice the error of the plain
 * computation in bf16, in which the reference backend rounds the result of every op, thrice in
 * gradients (the rule of FlashAttention's tests). The truth is single precision on the reference
 * backend, whose kernels compute in double.
 */
@Tag("fixtures")
class BertMixedPrecisionTest {

  static Stream<ModelFixture> fixtures() throws IOException {
    return ModelFixture.of("bert").stream();
  }

  /** Outputs and gradients by name. */
  private static Map<String, float[]> run(ModelFixture fixture, Device device, DType precision)
      throws IOException {
    Map<String, float[]> results = new TreeMap<>();
    try (PretrainedModel model = AutoModel.open(fixture.folder(), null, 1, device);
        Scope scope = Scope.open("fixture")) {
      TensorMap inputs = ModelFixture.on(device, fixture.tensors("inputs.safetensors"));
      TensorMap outputs;
      try (Autocast cast = Autocast.enter(precision)) {
        outputs = model.forward(inputs);
      }
      for (String name : outputs.names()) {
        if (!name.equals(Backbone.LAST_HIDDEN_STATE)) {
          results.put(name, outputs.get(name).toFloatArray());
        }
      }
      Tensor loss = outputs.getOrNull(Head.LOSS);
      if (loss != null) {
        assertThat(loss.dtype()).isEqualTo(DType.F32);
        Autograd.backward(loss);
        for (Parameter p : model.parameters()) {
          if (p.grad() != null) {
            assertThat(p.grad().dtype()).as(p.path()).isEqualTo(DType.F32);
            results.put("gradient of " + p.path(), p.grad().toFloatArray());
            p.zeroGrad();
          }
        }
      }
    }
    return results;
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("fixtures")
  void losesNoMoreThanItMust(ModelFixture fixture) throws IOException {
    Map<String, float[]> truth = run(fixture, Device.REFERENCE, DType.F32);
    Map<String, float[]> plain = run(fixture, Device.REFERENCE, DType.BF16);
    Map<String, float[]> mixed = run(fixture, Device.CPU, DType.BF16);
    assertThat(mixed.keySet()).isEqualTo(truth.keySet());
    boolean differs = false;
    for (String name : truth.keySet()) {
      float[] wanted = truth.get(name);
      double allowed = allowed(name, plain, truth);
      // The gradients of a bias may cancel to nothing; what is added up has the weight's size.
      String weight = name.replaceAll("bias$", "weight");
      if (truth.containsKey(weight)) {
        allowed = Math.max(allowed, allowed(weight, plain, truth));
      }
      double error = distance(mixed.get(name), wanted);
      assertThat(error).as(fixture + ": " + name).isLessThanOrEqualTo(allowed);
      differs |= error > 1e-5 * ModelFixture.largest(wanted);
    }
    assertThat(differs).as("bf16 was really used").isTrue();
  }

  private static double allowed(
      String name, Map<String, float[]> plain, Map<String, float[]> truth) {
    int factor = name.startsWith("gradient") ? 3 : 2;
    float[] wanted = truth.get(name);
    return factor * distance(plain.get(name), wanted) + 0x1p-8 * ModelFixture.largest(wanted);
  }

  private static double distance(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs((double) a[i] - b[i]);
      // What is not finite on one side alone is an infinite distance.
      largest = Math.max(largest, a[i] == b[i] ? 0 : Double.isNaN(d) ? Double.MAX_VALUE : d);
    }
    return largest;
  }
}
