package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
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
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Values and gradients of ops against the reference values of {@code ops/}. */
@Tag("fixtures")
class OpFixtureTest {

  /** Operators that are layers with parameters here; the module of the layers tests them. */
  private static final Set<String> LAYERS = Set.of("lstm", "gru", "multi_head_attention");

  @TestFactory
  Stream<DynamicTest> casesOfKnownOps() throws IOException {
    Path folder = SharedFiles.fixtures("ops");
    TensorMap values = TensorFiles.load(folder.resolve("ops.safetensors"));
    JsonNode cases = new ObjectMapper().readTree(folder.resolve("ops.json").toFile()).get("cases");
    List<DynamicTest> tests = new ArrayList<>();
    Set<String> unknown = new LinkedHashSet<>();
    for (JsonNode json : cases) {
      Recipe recipe = OpRecipes.find(json);
      String name = json.get("name").asText();
      if (recipe == null) {
        if (!LAYERS.contains(json.get("op").asText())) {
          unknown.add(name);
        }
        continue;
      }
      for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
        tests.add(
            DynamicTest.dynamicTest(
                name + " on " + device, () -> check(json, recipe, values, device)));
      }
    }
    assertThat(unknown).as("cases without an op or with an option that none has").isEmpty();
    assertThat(tests).as("cases of known ops in " + folder).isNotEmpty();
    return tests.stream();
  }

  private static void check(JsonNode json, Recipe recipe, TensorMap values, Device device) {
    String name = json.get("name").asText();
    try (Scope scope = Scope.open(name)) {
      TensorMap in = new TensorMap();
      List<String> wanted = new ArrayList<>();
      List<Tensor> leaves = new ArrayList<>();
      for (Iterator<String> i = json.get("inputs").fieldNames(); i.hasNext(); ) {
        String input = i.next();
        Tensor t =
            values
                .get(name + "/in/" + input)
                .copy()
                .reshape(shape(json.get("inputs").get(input)).dims())
                .to(device);
        in.put(input, t);
        if (values.contains(name + "/grad/" + input)) {
          wanted.add(input);
          leaves.add(Autograd.requireGrad(t));
        }
      }
      RecipeCase c = new RecipeCase(json, in);
      try (NoGrad ignored = NoGrad.enter()) {
        Tensor[] out = recipe.forward().apply(c);
        assertThat(out).as(name).hasSizeGreaterThanOrEqualTo(json.get("outputs").size());
        for (int i = 0; i < json.get("outputs").size(); i++) {
          double absolute = OpRecipes.isLongSum(json.get("op").asText()) ? 1e-5 : 1e-6;
          compare(json, "out/" + i, out[i], values, 1e-5, absolute);
        }
      }
      if (!wanted.isEmpty()) {
        Tensor[] gradients =
            gradients(name, recipe.differentiable().apply(c), values, device, leaves);
        for (int i = 0; i < gradients.length; i++) {
          assertThat(gradients[i]).as(name + " grad/" + wanted.get(i)).isNotNull();
          compare(json, "grad/" + wanted.get(i), gradients[i], values, 1e-4, 1e-5);
        }
      }
    }
  }

  /** The shape of a description; the file stores numbers without axes as vectors of one. */
  private static Shape shape(JsonNode described) {
    JsonNode sizes = described.get("shape");
    long[] dims = new long[sizes.size()];
    Arrays.setAll(dims, i -> sizes.get(i).asLong());
    return Shape.of(dims);
  }

  /** Gradients of the sum of all outputs weighted with their cotangents. */
  private static Tensor[] gradients(
      String name, Tensor[] out, TensorMap values, Device device, List<Tensor> leaves) {
    Tensor loss = null;
    for (int i = 0; i < out.length; i++) {
      Tensor cotangent = values.getOrNull(name + "/cot/" + i);
      if (cotangent != null) {
        Tensor part = out[i].mul(cotangent.copy().reshape(out[i].shape().dims()).to(device)).sum();
        loss = loss == null ? part : loss.add(part);
      }
    }
    assertThat(loss).as(name + " has a cotangent").isNotNull();
    Tensor one = Tensor.scalar(1, loss.dtype(), loss.device());
    return Autograd.gradients(loss, one, leaves.toArray(new Tensor[0]));
  }

  private static void compare(
      JsonNode json,
      String what,
      Tensor actual,
      TensorMap values,
      double relative,
      double absolute) {
    String name = json.get("name").asText() + " " + what;
    String[] path = what.split("/");
    JsonNode owner =
        path[0].equals("out")
            ? json.get("outputs").get(Integer.parseInt(path[1]))
            : json.get("inputs").get(path[1]);
    assertThat(actual.shape()).as(name).isEqualTo(shape(owner));
    double[] wanted = values.get(json.get("name").asText() + "/" + what).toDoubleArray();
    double largest = 1;
    for (double v : wanted) {
      largest = Math.max(largest, Math.abs(v));
    }
    // What single precision cost the reference itself is no error of ours.
    double noise = json.get("noise").path(what).asDouble(0) * largest;
    boolean loose = json.path("note").asText("").contains("looser tolerance");
    double allowed = loose ? Math.max(absolute, 10 * noise) : absolute + noise;
    Closeness.assertClose(name, actual.toDoubleArray(), wanted, relative, allowed);
  }
}
