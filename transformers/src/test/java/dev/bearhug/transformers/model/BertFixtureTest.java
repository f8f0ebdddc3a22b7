package dev.bearhug.transformers.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.optim.AdamSettings;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.GradClip;
import dev.bearhug.nn.optim.LrSchedule;
import dev.bearhug.nn.optim.LrSchedules;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * BERT against the reference library: outputs, loss, gradients and their norms, on every backend.
 */
@Tag("fixtures")
class BertFixtureTest {

  private static final List<Device> DEVICES = List.of(Device.CPU, Device.REFERENCE);

  static Stream<Arguments> cases() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (ModelFixture f : ModelFixture.of("bert")) {
      DEVICES.forEach(d -> all.add(Arguments.of(f, d)));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} on {1}", allowZeroInvocations = true)
  @MethodSource("cases")
  void outputsEqualTheReference(ModelFixture fixture, Device device) throws IOException {
    long before = SegmentPool.SHARED.stats().buffers();
    try (PretrainedModel model = AutoModel.open(fixture.folder(), null, 1, device);
        Scope scope = Scope.open("fixture")) {
      assertThat(model.loadReport().missing()).isEmpty();
      assertThat(model.loadReport().unexpected()).isEmpty();
      model.backbone().setDetailed(true);
      TensorMap expected = fixture.tensors("expected.safetensors");
      TensorMap inputs = ModelFixture.on(device, fixture.tensors("inputs.safetensors"));
      TensorMap outputs = model.forward(inputs);
      long[] mask = inputs.get(Backbone.ATTENTION_MASK).toLongArray();
      int compared = 0;
      for (String name : expected.names()) {
        if (name.startsWith("grad/") || name.startsWith("row0_defaults/")) {
          continue;
        }
        compare(name, outputs.get(name), expected.get(name), mask, inputs);
        compared++;
      }
      assertThat(compared).isPositive();
      TensorMap row0 = new TensorMap();
      row0.put(Backbone.INPUT_IDS, inputs.get(Backbone.INPUT_IDS).slice(0, 0, 1));
      for (String name : expected.names()) {
        if (name.startsWith("row0_defaults/")) {
          String output = name.substring("row0_defaults/".length());
          ModelFixture.assertClose(
              name,
              model.forward(row0).get(output).toFloatArray(),
              expected.get(name).toFloatArray(),
              1e-5,
              2e-5,
              null);
        }
      }
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  /** Compares where the tokens count: rows of padding are whatever the mask makes of them. */
  private static void compare(
      String name, Tensor actual, Tensor expected, long[] mask, TensorMap inputs) {
    assertThat(actual.numel()).as(name + ": number of values").isEqualTo(expected.numel());
    boolean perToken =
        expected.rank() >= 2
            && expected.dim(0) == inputs.get(Backbone.INPUT_IDS).dim(0)
            && expected.dim(1) == inputs.get(Backbone.INPUT_IDS).dim(-1);
    boolean[] counts = null;
    float[] a = actual.toFloatArray();
    float[] e = expected.toFloatArray();
    if (name.startsWith(Backbone.ATTENTIONS)) {
      counts = queriesThatCount(expected, mask);
    } else if (perToken) {
      counts = new boolean[mask.length];
      for (int i = 0; i < mask.length; i++) {
        counts[i] = mask[i] == 1;
      }
    }
    ModelFixture.assertClose(name, a, e, 1e-5, 2e-5, counts);
  }

  private static boolean[] queriesThatCount(Tensor attentions, long[] mask) {
    int batch = (int) attentions.dim(0);
    int heads = (int) attentions.dim(1);
    int seq = (int) attentions.dim(2);
    boolean[] counts = new boolean[batch * heads * seq];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = mask[i / (heads * seq) * seq + i % seq] == 1;
    }
    return counts;
  }

  @ParameterizedTest(name = "{0} on {1}", allowZeroInvocations = true)
  @MethodSource("cases")
  void gradientsEqualTheReference(ModelFixture fixture, Device device) throws IOException {
    JsonNode norms = fixture.json("meta.json").path("grad_l2");
    try (PretrainedModel model = AutoModel.open(fixture.folder(), null, 1, device);
        Scope scope = Scope.open("fixture")) {
      TensorMap inputs = ModelFixture.on(device, fixture.tensors("inputs.safetensors"));
      TensorMap expected = fixture.tensors("expected.safetensors");
      Tensor loss = model.forward(inputs).getOrNull(Head.LOSS);
      if (loss == null) {
        assertThat(norms.size()).as("gradients of a model without loss").isZero();
        return;
      }
      Autograd.backward(loss);
      Map<String, Parameter> parameters = new java.util.TreeMap<>();
      model.parameters().forEach(p -> parameters.put(p.path(), p));
      norms
          .properties()
          .forEach(
              entry -> {
                Parameter p = parameters.remove(entry.getKey());
                assertThat(p).as(entry.getKey()).isNotNull();
                if (entry.getValue().isNull()) {
                  assertThat(p.grad()).as(p.path() + " gets no gradient").isNull();
                  return;
                }
                double norm = Math.sqrt(sumOfSquares(p.grad()));
                double wanted = entry.getValue().doubleValue();
                // Gradients of key biases are zero but for rounding.
                assertThat(Math.abs(norm - wanted))
                    .as(p.path() + " norm " + norm + " expected " + wanted)
                    .isLessThanOrEqualTo(1e-4 * wanted + 1e-6);
              });
      assertThat(parameters.keySet()).as("parameters the reference does not have").isEmpty();
      for (String name : expected.names()) {
        if (name.startsWith("grad/")) {
          String path = name.substring("grad/".length());
          Parameter p =
              model.parameters().stream().filter(q -> q.path().equals(path)).findFirst().get();
          float[] e = expected.get(name).toFloatArray();
          double atol = Math.max(1e-6, 2e-5 * ModelFixture.largest(e));
          ModelFixture.assertClose(name, p.grad().toFloatArray(), e, 1e-4, atol, null);
        }
      }
    }
  }

  private static double sumOfSquares(Tensor t) {
    double sum = 0;
    for (double v : t.toDoubleArray()) {
      sum += v * v;
    }
    return sum;
  }

  static Stream<ModelFixture> trainings() throws IOException {
    return ModelFixture.of("bert").stream().filter(f -> f.has("train.json"));
  }

  /** Forward, backward, clipping, AdamW, schedule: twenty steps as the reference took them. */
  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("trainings")
  void trainingFollowsTheReference(ModelFixture fixture) throws IOException {
    JsonNode train = fixture.json("train.json");
    JsonNode h = train.get("hyperparameters");
    Set<String> decayed = new HashSet<>();
    train.get("decay").forEach(n -> decayed.add(n.asText()));
    int steps = h.get("steps").asInt();
    try (PretrainedModel model = AutoModel.open(fixture.folder(), null, 1, Device.CPU);
        AdamW optimizer =
            new AdamW(
                ParamGroup.split(
                    model.parameters(),
                    h.get("weight_decay").asDouble(),
                    p -> !decayed.contains(p.path())),
                new AdamSettings(
                    h.get("betas").get(0).asDouble(),
                    h.get("betas").get(1).asDouble(),
                    h.get("eps").asDouble(),
                    false));
        Scope scope = Scope.open("fixture")) {
      model.setTraining(true);
      TensorMap batches = fixture.tensors("train_inputs.safetensors");
      LrSchedule schedule =
          LrSchedules.linear(h.get("lr").asDouble(), h.get("warmup_steps").asInt(), steps);
      GradClip clip = GradClip.l2(h.get("max_grad_norm").asDouble());
      for (int step = 0; step < steps; step++) {
        try (Scope inner = Scope.open("step")) {
          TensorMap batch = new TensorMap();
          for (String name : batches.names()) {
            batch.put(name, batches.get(name).select(0, step % batches.get(name).dim(0)));
          }
          Tensor loss = model.forward(batch).get(Head.LOSS);
          Autograd.backward(loss);
          double norm = clip.norm(model.parameters());
          close("loss of step " + step, loss.item(), train.get("loss").get(step).asDouble(), 1e-4);
          close("norm of step " + step, norm, train.get("grad_norm").get(step).asDouble(), 1e-3);
          close(
              "rate of step " + step,
              schedule.rate(step),
              train.get("lr").get(step).asDouble(),
              1e-9);
          optimizer.step(schedule.rate(step), clip.factor(norm));
          optimizer.zeroGrad();
        }
      }
      model.setTraining(false);
      TensorMap last = fixture.tensors("train_final.safetensors");
      TensorMap inputs = fixture.tensors("inputs.safetensors");
      TensorMap outputs = model.forward(inputs);
      long[] mask = inputs.get(Backbone.ATTENTION_MASK).toLongArray();
      for (String name : last.names()) {
        float[] e = last.get(name).toFloatArray();
        if (name.equals("@eval_loss_after")) {
          close(name, outputs.get(Head.LOSS).item(), e[0], 1e-3);
        } else if (name.equals("@logits_after")) {
          boolean[] counts = null;
          if (last.get(name).rank() == 3) {
            counts = new boolean[mask.length];
            for (int i = 0; i < mask.length; i++) {
              counts[i] = mask[i] == 1;
            }
          }
          ModelFixture.assertClose(
              name, outputs.get(Head.LOGITS).toFloatArray(), e, 1e-3, 1e-3, counts);
        } else {
          Parameter p =
              model.parameters().stream().filter(q -> q.path().equals(name)).findFirst().get();
          ModelFixture.assertClose(name, p.tensor().toFloatArray(), e, 1e-3, 1e-3, null);
        }
      }
    }
  }

  private static void close(String what, double actual, double expected, double tolerance) {
    assertThat(Math.abs(actual - expected))
        .as(what + ": " + actual + " expected " + expected)
        .isLessThanOrEqualTo(tolerance * Math.abs(expected) + tolerance);
  }
}
