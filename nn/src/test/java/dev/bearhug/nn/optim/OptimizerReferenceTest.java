package dev.bearhug.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every optimizer and every case of clipping against the reference values. */
@Tag("fixtures")
class OptimizerReferenceTest {
  private static final Pattern CLIP = Pattern.compile("clip_norm_([0-9.e+-]+)_([0-9.]+|inf)/total");
  private static final Pattern CLIP_VALUE = Pattern.compile("clip_value_([0-9.e+-]+)/.*");

  /** Options of the reference that choose how it computes, not what. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("foreach", "fused", "capturable", "differentiable", "no_deprecation_warning");

  @TestFactory
  Stream<DynamicTest> followsTheReferenceStepByStep() throws IOException {
    OptimFixtures fixtures = OptimFixtures.open();
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : fixtures.json().get("optimizers").properties()) {
      tests.add(
          DynamicTest.dynamicTest(e.getKey(), () -> follow(fixtures, e.getKey(), e.getValue())));
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> clipsLikeTheReference() throws IOException {
    OptimFixtures fixtures = OptimFixtures.open();
    List<DynamicTest> tests = new ArrayList<>();
    fixtures
        .tensors()
        .entries()
        .forEach(
            entry -> {
              String name = entry.name();
              if (!name.startsWith("clip_")) {
                return;
              }
              String prefix = name.substring(0, name.lastIndexOf('/') + 1);
              Matcher norm = CLIP.matcher(name);
              Matcher value = CLIP_VALUE.matcher(name);
              if (norm.matches()) {
                String p = norm.group(2).replace("inf", "Infinity");
                GradClip clip =
                    new GradClip(Double.parseDouble(norm.group(1)), Double.parseDouble(p));
                tests.add(DynamicTest.dynamicTest(prefix, () -> clip(fixtures, prefix, clip)));
              } else if (value.matches()) {
                double limit = Double.parseDouble(value.group(1));
                tests.add(
                    DynamicTest.dynamicTest(name, () -> clipValues(fixtures, name, prefix, limit)));
              } else {
                assertThat(name).as("a case of clipping").startsWith("clip_norm_");
              }
            });
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> splitsParametersLikeTheReference() throws IOException {
    Path bert = SharedFiles.fixtures("bert");
    List<Path> files;
    try (Stream<Path> all = Files.find(bert, 3, (p, a) -> p.endsWith("train.json"))) {
      files = all.sorted().toList();
    }
    assertThat(files).isNotEmpty();
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(bert.relativize(file).toString(), () -> split(file)));
  }

  private static void split(Path file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    Map<String, Boolean> decayed = new TreeMap<>();
    json.get("decay").forEach(name -> decayed.put(name.asText(), true));
    json.get("no_decay").forEach(name -> decayed.put(name.asText(), false));
    List<Parameter> parameters =
        decayed.keySet().stream().map(path -> new Parameter(path, Tensor.zeros(1))).toList();
    for (ParamGroup group : ParamGroup.standard(parameters, 0.01)) {
      for (Parameter parameter : group.parameters()) {
        assertThat(group.weightDecay() > 0)
            .as("whether %s decays", parameter.path())
            .isEqualTo(decayed.get(parameter.path()));
      }
    }
    parameters.forEach(Parameter::close);
  }

  private static void follow(OptimFixtures fixtures, String name, JsonNode json) {
    Map<String, Parameter> parameters = parameters(fixtures);
    double decay = json.path("weight_decay").asDouble(name.startsWith("adamw") ? 0.01 : 0);
    // Relative steps need no rate; ours is then a factor.
    double rate = json.path("lr").asDouble(1);
    try (Optimizer optimizer =
        Optimizers.named(
            method(name),
            ParamGroup.single(List.copyOf(parameters.values()), decay),
            options(name, json, fixtures.json()))) {
      int steps = fixtures.json().get("steps").asInt();
      for (int step = 0; step < steps; step++) {
        setGradients(fixtures, parameters, step);
        optimizer.step(rate);
        optimizer.zeroGrad();
        for (Parameter parameter : parameters.values()) {
          assertClose(
              parameter.tensor().toFloatArray(),
              fixtures.floats(name + "/after/" + parameter.path(), step),
              name + " " + parameter.path() + ", step " + step);
        }
      }
    }
    parameters.values().forEach(Parameter::close);
  }

  private static void clip(OptimFixtures fixtures, String prefix, GradClip clip) {
    Map<String, Parameter> parameters = parameters(fixtures);
    List<Parameter> list = List.copyOf(parameters.values());
    setGradients(fixtures, parameters, fixtures.json().get("steps").asInt() - 1);
    double norm = clip.norm(list);
    assertClose(
        new float[] {(float) norm}, fixtures.floats(prefix + "total", -1), prefix + "total");
    // Plain descent from zero at rate 1 moves by minus the clipped gradient.
    list.forEach(p -> p.assign(Tensor.zerosLike(p.tensor())));
    try (Optimizer descent = new Sgd(ParamGroup.single(list, 0))) {
      descent.step(1, clip.factor(norm));
    }
    for (Parameter parameter : list) {
      float[] moved = parameter.tensor().toFloatArray();
      for (int i = 0; i < moved.length; i++) {
        moved[i] = -moved[i];
      }
      String name = prefix + parameter.path();
      assertClose(moved, fixtures.floats(name, -1), name);
      parameter.close();
    }
  }

  private static void clipValues(OptimFixtures fixtures, String name, String prefix, double limit) {
    Map<String, Parameter> parameters = parameters(fixtures);
    Parameter parameter = parameters.get(name.substring(prefix.length()));
    setGradients(fixtures, parameters, fixtures.json().get("steps").asInt() - 1);
    GradClip.byValue(List.of(parameter), limit);
    assertClose(parameter.grad().toFloatArray(), fixtures.floats(name, -1), name);
    parameters.values().forEach(Parameter::close);
  }

  /** A label is the method's name, perhaps followed by what is special about the case. */
  private static String method(String label) {
    return Optimizers.names().stream()
        .filter(name -> label.equals(name) || label.startsWith(name + "_"))
        .max(Comparator.comparingInt(String::length))
        .orElseThrow(() -> new AssertionError("no optimizer for reference case " + label));
  }

  /** All arguments but those given elsewhere; what the engine does not know fails there. */
  private static Map<String, Object> options(String label, JsonNode json, JsonNode file) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : json.properties()) {
      boolean elsewhere = Set.of("lr", "weight_decay").contains(e.getKey());
      if (!elsewhere && !WITHOUT_EFFECT.contains(e.getKey()) && !e.getValue().isNull()) {
        options.put(e.getKey(), new ObjectMapper().convertValue(e.getValue(), Object.class));
      }
    }
    if (method(label).equals("nadam")) {
      options.put("count_twice", file.at("/versions/torch").asText().startsWith("1."));
    }
    return options;
  }

  private static Map<String, Parameter> parameters(OptimFixtures fixtures) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : fixtures.json().get("params").properties()) {
      long[] shape = new long[e.getValue().size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = e.getValue().get(i).asLong();
      }
      Tensor value = Tensor.of(fixtures.floats("init/" + e.getKey(), -1), shape);
      parameters.put(e.getKey(), new Parameter(e.getKey(), value));
    }
    return parameters;
  }

  /** Gives each parameter the recorded gradient: that of the sum of gradient times parameter. */
  private static void setGradients(
      OptimFixtures fixtures, Map<String, Parameter> parameters, int step) {
    try (Scope scope = Scope.open("gradients")) {
      for (Parameter p : parameters.values()) {
        Tensor gradient =
            Tensor.of(fixtures.floats("grads/" + p.path(), step), p.tensor().shape().dims());
        Autograd.backward(p.tensor().mul(gradient).sum());
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double tolerance = 1e-6 + 1e-5 * Math.abs(expected[i]);
      assertThat(Math.abs((double) actual[i] - expected[i]))
          .as("%s, element %d: %s, expected %s", what, i, actual[i], expected[i])
          .isLessThanOrEqualTo(tolerance);
    }
  }
}
