package dev.bearhug.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Closeness;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Recurrent layers of one layer against the reference values of {@code ops/}. */
@Tag("fixtures")
class RecurrentFixtureTest {

  /** Names of the reference values and of the weights. */
  private static final Map<String, String> WEIGHTS =
      Map.of(
          "wih", "weight_ih_l0",
          "whh", "weight_hh_l0",
          "bih", "bias_ih_l0",
          "bhh", "bias_hh_l0",
          "wih_r", "weight_ih_l0_reverse",
          "whh_r", "weight_hh_l0_reverse",
          "bih_r", "bias_ih_l0_reverse",
          "bhh_r", "bias_hh_l0_reverse");

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    Path folder = SharedFiles.fixtures("ops");
    TensorMap values = TensorFiles.load(folder.resolve("ops.safetensors"));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode json :
        new ObjectMapper().readTree(folder.resolve("ops.json").toFile()).get("cases")) {
      String op = json.get("op").asText();
      if (op.equals("lstm") || op.equals("gru")) {
        for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
          String name = json.get("name").asText();
          tests.add(
              DynamicTest.dynamicTest(
                  name + " on " + device, () -> check(op, name, json, values, device)));
        }
      }
    }
    return tests.stream();
  }

  private static void check(
      String op, String name, JsonNode json, TensorMap values, Device device) {
    JsonNode attrs = json.get("attrs");
    Tensor first = values.get(name + "/in/x");
    RecurrentSettings settings =
        new RecurrentSettings(
            first.dim(2),
            values.get(name + "/in/whh").dim(1),
            1,
            values.contains(name + "/in/bih"),
            attrs.path("batch_first").asBoolean(false),
            0,
            attrs.path("bidirectional").asBoolean(false));
    try (Scope scope = Scope.open(name)) {
      Map<String, Tensor> leaves = new LinkedHashMap<>();
      Tensor x = Autograd.requireGrad(first.copy().to(device));
      leaves.put("x", x);
      Params params = Params.random(1, device);
      RecurrentLayer layer =
          op.equals("lstm") ? new Lstm(settings, params) : new Gru(settings, params);
      WEIGHTS.forEach(
          (input, path) ->
              layer.parameters().stream()
                  .filter(p -> p.path().equals(path))
                  .forEach(p -> leaves.put(input, filled(p, values.get(name + "/in/" + input)))));
      Tensor[] initial = new Tensor[op.equals("lstm") ? 2 : 1];
      String[] names = {"h0", "c0"};
      for (int i = 0; i < initial.length; i++) {
        Tensor given = values.getOrNull(name + "/in/" + names[i]);
        if (given != null) {
          initial[i] = Autograd.requireGrad(given.copy().to(device));
          leaves.put(names[i], initial[i]);
        }
      }
      Tensor[] out = layer.run(x, initial, null);
      Tensor loss = null;
      for (int i = 0; i < json.get("outputs").size(); i++) {
        Tensor want = values.get(name + "/out/" + i);
        Closeness.assertClose(
            name + " out/" + i, out[i].toDoubleArray(), want.toDoubleArray(), 1e-5, 1e-6);
        Tensor part = out[i].mul(values.get(name + "/cot/" + i).copy().to(device)).sum();
        loss = loss == null ? part : loss.add(part);
      }
      Tensor[] have =
          Autograd.gradients(
              loss, Tensor.scalar(1, loss.dtype(), device), leaves.values().toArray(new Tensor[0]));
      int i = 0;
      for (String leaf : leaves.keySet()) {
        double[] want = values.get(name + "/grad/" + leaf).toDoubleArray();
        Closeness.assertClose(name + " grad/" + leaf, have[i++].toDoubleArray(), want, 1e-4, 1e-5);
      }
      assertThat(leaves).hasSize(json.get("inputs").size());
      layer.close();
    }
  }

  private static Tensor filled(Parameter p, Tensor value) {
    p.assign(value.copy().to(p.tensor().device()));
    return p.tensor();
  }
}
