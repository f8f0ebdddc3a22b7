package dev.bearhug.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.autograd.Autograd;
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
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Losses and their gradients against reference values, on both backends. */
@Tag("fixtures")
class LossFixtureTest {

  @TestFactory
  Stream<DynamicTest> losses() throws IOException {
    return cases("tasks/losses", List.of(""), LossRecipes::run);
  }

  @TestFactory
  Stream<DynamicTest> multiLabelCategorical() throws IOException {
    return cases(
        "tasks/global_pointer",
        List.of("loss/dense", "loss/hand"),
        c ->
            TensorMap.of(
                LossRecipes.LOSS, MultiLabelCategorical.loss(c.x("scores"), c.x("targets"))));
  }

  private static Stream<DynamicTest> cases(
      String name, List<String> prefixes, Function<LossCase, TensorMap> recipe) throws IOException {
    Path folder = SharedFiles.fixtures(name);
    TensorMap values = TensorFiles.load(folder.resolve("cases.safetensors"));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode json :
        new ObjectMapper().readTree(folder.resolve("meta.json").toFile()).get("cases")) {
      String named = json.get("case").asText();
      if (prefixes.stream().anyMatch(named::startsWith)) {
        for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
          tests.add(
              DynamicTest.dynamicTest(
                  named + " on " + device, () -> new Check(json, values, device).run(recipe)));
        }
      }
    }
    assertThat(tests).as("cases of " + folder).isNotEmpty();
    return tests.stream();
  }

  /** One case on one device. */
  private record Check(JsonNode json, TensorMap values, Device device) {

    private String name() {
      return json.get("case").asText();
    }

    /** The stored tensors below a name, such as {@code in}. */
    private TensorMap below(String group) {
      String start = name() + "/" + group + "/";
      TensorMap found = new TensorMap();
      values.names().stream()
          .filter(n -> n.startsWith(start))
          .forEach(n -> found.put(n.substring(start.length()), values.get(n)));
      return found;
    }

    void run(Function<LossCase, TensorMap> recipe) {
      try (Scope scope = Scope.open(name())) {
        TensorMap in = new TensorMap();
        for (String group : List.of("in", "param")) {
          TensorMap stored = below(group);
          stored.names().forEach(n -> in.put(n, stored.get(n).copy().to(device)));
        }
        TensorMap gradients = below("grad");
        List<String> wanted = List.copyOf(gradients.names());
        wanted.forEach(w -> Autograd.requireGrad(in.get(w)));
        TensorMap out = recipe.apply(LossCase.of(json, in));
        Tensor loss = out.get(LossRecipes.LOSS);
        compare("loss", loss, values.get(name() + "/loss"));
        TensorMap others = below("out");
        others.names().forEach(n -> compare(n, out.get(n), others.get(n)));
        Tensor[] leaves = wanted.stream().map(in::get).toArray(Tensor[]::new);
        Tensor[] have = Autograd.gradients(loss, Tensor.scalar(1, loss.dtype(), device), leaves);
        for (int i = 0; i < have.length; i++) {
          compareGradient(wanted.get(i), have[i], gradients.get(wanted.get(i)).toDoubleArray());
        }
      }
    }

    private void compare(String what, Tensor have, Tensor want) {
      double noise = json.path("noise").path(what).asDouble(0);
      Closeness.assertClose(
          name() + " " + what,
          have.toDoubleArray(),
          want.toDoubleArray(),
          1e-5,
          noise > 5e-7 ? 10 * noise : 1e-5);
    }

    private void compareGradient(String what, Tensor have, double[] want) {
      double largest = Arrays.stream(want).map(Math::abs).max().orElse(0);
      if (have == null) {
        assertThat(largest).as(name() + " has no gradient of " + what).isZero();
        return;
      }
      Closeness.assertClose(
          name() + " grad/" + what,
          have.toDoubleArray(),
          want,
          1e-4,
          Math.max(1e-6, 2e-5 * largest));
    }
  }
}
