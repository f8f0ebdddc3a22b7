package dev.bearhug.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.CorruptFileException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  private final Parameter weight =
      new Parameter("layer.weight", Tensor.of(new float[] {1, -2, 3, 0.5f}, 2, 2));
  private final Parameter bias = new Parameter("layer.bias", Tensor.of(new float[] {0.1f, 0.2f}));
  private final List<Parameter> all = List.of(weight, bias);

  @TempDir Path folder;

  @AfterEach
  void closeParameters() {
    all.forEach(Parameter::close);
  }

  static Stream<Function<List<ParamGroup>, Optimizer>> methods() {
    return Stream.of(
        AdamW::new,
        Adam::new,
        Sgd::new,
        groups -> new AdamW(groups, new AdamSettings(0.8, 0.95, 1e-6, true)),
        groups -> new Sgd(groups, new Sgd.Settings(0.9, 0.1, false)),
        groups -> new Sgd(groups, new Sgd.Settings(0.9, 0, true)),
        groups -> new Adagrad(groups, new Adagrad.Settings(0.1, 0.2, 1e-10)),
        groups -> new RmsProp(groups, new RmsProp.Settings(0.9, 1e-8, 0.5, true)),
        RmsProp::new,
        Adadelta::new,
        Adamax::new,
        NAdam::new,
        groups -> new NAdam(groups, new NAdam.Settings(0.9, 0.999, 1e-8, 4e-3, true, true)),
        groups -> new RAdam(groups, new RAdam.Settings(0.9, 0.9, 1e-8, true)),
        HuggingFaceAdamW::new,
        Adafactor::new,
        groups ->
            new Adafactor(
                groups, new Adafactor.Settings(1e-30, 1e-3, 1, -0.8, 0.9, false, false, false)),
        Lion::new,
        Lamb::new,
        AdamW8bit::new);
  }

  @Test
  void everyMethodWithANameIsTestedForItsState() {
    assertThat(
            methods()
                .map(
                    m -> {
                      try (Optimizer optimizer = m.apply(List.of())) {
                        return optimizer.name();
                      }
                    })
                .distinct()
                .toList())
        .containsExactlyInAnyOrderElementsOf(Optimizers.names());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void climbsWhenToldTo(Function<List<ParamGroup>, Optimizer> method) {
    float[] start = values();
    try (Optimizer optimizer = method.apply(ParamGroup.single(all, 0))) {
      optimizer.setMaximize(true);
      gradients(-1);
      optimizer.step(0.01);
    }
    float[] climbed = values();
    restore(start);
    all.forEach(Parameter::zeroGrad);
    try (Optimizer optimizer = method.apply(ParamGroup.single(all, 0))) {
      gradients(1);
      optimizer.step(0.01);
    }
    assertThat(values()).isEqualTo(climbed).isNotEqualTo(start);
  }

  @Test
  void shrinksWeightsTheSameWhetherItClimbsOrDescends() {
    for (String name : List.of("adamw", "hf_adamw", "lion")) {
      for (boolean up : new boolean[] {true, false}) {
        float[] start = values();
        try (Optimizer optimizer =
            Optimizers.named(name, ParamGroup.single(all, 0.5), Map.of("maximize", up))) {
          gradients(0);
          optimizer.step(0.1);
        }
        assertThat(values()[0]).as(name).isCloseTo(start[0] * 0.95f, within(1e-5f));
        restore(start);
        all.forEach(Parameter::zeroGrad);
      }
    }
  }

  @Test
  void refusesUnknownNamesAndOptions() {
    List<ParamGroup> none = List.of();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("adamv", none, Map.of()))
        .withMessageStartingWith("optimizer: unknown optimizer 'adamv' (known: adadelta, adafactor")
        .withMessageContaining("Did you mean adam");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("adam", none, Map.of("beta", 0.9)))
        .withMessage(
            "optimizer: 'adam' takes no option 'beta' (known: amsgrad, betas, eps, maximize). Did"
                + " you mean betas?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("adam", none, Map.of("betas", 0.9)))
        .withMessage("optimizer: option betas of 'adam' must be two numbers, got 0.9.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("sgd", none, Map.of("nesterov", "yes")))
        .withMessage("optimizer: option nesterov of 'sgd' must be true or false, got yes.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("rmsprop", none, Map.of("alpha", 1)))
        .withMessage("rmsprop: alpha must be at least 0 and below 1, got 1.0.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("adagrad", none, Map.of("eps", -1)))
        .withMessage("adagrad: eps must be finite and not negative, got -1.0.");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Optimizers.named(
                    "adafactor", none, Map.of("warmup_init", true, "relative_step", false)))
        .withMessageStartingWith("adafactor: warmupInit does nothing without relativeStep.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("adafactor", none, Map.of("decay_rate", 0.8)))
        .withMessageStartingWith("adafactor: decayRate must be finite and not above 0, got 0.8.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.named("lamb", none, Map.of("largest_ratio", 0)))
        .withMessage("lamb: largestRatio must be above 0, got 0.0.");
    assertThat(Optimizers.optionNames("lion")).containsExactlyInAnyOrder("betas", "maximize");
  }

  @Test
  void limitsEachGradient() {
    gradients(2);
    GradClip.byValue(all, 0.25);
    assertThat(weight.grad().toFloatArray()).containsExactly(0.25f, -0.25f, 0.25f, 0.25f);
    assertThat(bias.grad().toFloatArray()).containsExactly(0.2f, 0.25f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradClip.byValue(all, 0))
        .withMessageContaining("the largest value must be finite and above 0, got 0.0");
  }

  @ParameterizedTest
  @MethodSource("methods")
  void goesOnFromASavedStateBitForBit(Function<List<ParamGroup>, Optimizer> method)
      throws IOException {
    Path file = folder.resolve("optimizer.safetensors");
    try (Optimizer whole = method.apply(ParamGroup.standard(all, 0.1))) {
      steps(whole, 0, 3);
      whole.save(file);
      float[] saved = values();
      steps(whole, 3, 7);
      float[] expected = values();
      restore(saved);
      try (Optimizer resumed = method.apply(ParamGroup.standard(all, 0.1))) {
        resumed.load(file);
        assertThat(resumed.steps()).isEqualTo(3);
        steps(resumed, 3, 7);
      }
      assertThat(values()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void appliesTheFactorToTheGradients(Function<List<ParamGroup>, Optimizer> method) {
    float[] start = values();
    try (Optimizer optimizer = method.apply(ParamGroup.standard(all, 0.1))) {
      gradients(2);
      optimizer.step(0.1, 0.5);
    }
    float[] scaled = values();
    restore(start);
    all.forEach(Parameter::zeroGrad);
    try (Optimizer optimizer = method.apply(ParamGroup.standard(all, 0.1))) {
      gradients(1);
      optimizer.step(0.1);
    }
    assertThat(values()).isEqualTo(scaled);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void givesAllItsMemoryBack(Function<List<ParamGroup>, Optimizer> method) {
    long before = SegmentPool.SHARED.stats().buffers();
    try (Optimizer optimizer = method.apply(ParamGroup.standard(all, 0.1))) {
      steps(optimizer, 0, 2);
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void leavesParametersWithoutGradientAlone() {
    try (Optimizer optimizer = new AdamW(ParamGroup.single(all, 0.5))) {
      bias.setTrainable(false);
      gradients(1);
      optimizer.step(0.1);
      assertThat(bias.tensor().toFloatArray()).containsExactly(0.1f, 0.2f);
      assertThat(weight.tensor().toFloatArray()[0]).isNotEqualTo(1);
    }
  }

  @Test
  void followsTheFormulaOfDecoupledDecay() {
    try (Optimizer optimizer =
        new AdamW(List.of(new ParamGroup("all", List.of(weight), 0.5, 0.1)))) {
      gradients(1);
      optimizer.step(0.2);
    }
    // The first step moves every weight by the rate, here 0.2 * 0.1, after shrinking it.
    double shrunk = 1 - 0.02 * 0.5;
    assertThat(weight.tensor().toFloatArray()[0]).isCloseTo((float) (shrunk - 0.02), within(1e-6f));
    assertThat(weight.tensor().toFloatArray()[1])
        .isCloseTo((float) (-2 * shrunk + 0.02), within(1e-6f));
  }

  @Test
  void exemptsBiasesAndNormalizationsFromDecay() {
    List<String> decayed =
        List.of(
            "bert.embeddings.word_embeddings.weight",
            "bert.encoder.layer.0.attention.self.query.weight",
            "cls.predictions.transform.dense.weight",
            "lnear.weight",
            "normal_dense.weight");
    List<String> exempt =
        List.of(
            "bert.encoder.layer.0.attention.self.query.bias",
            "bert.embeddings.LayerNorm.weight",
            "transformer.h.0.ln_1.weight",
            "transformer.ln_f.weight",
            "encoder.block.0.layer.0.layer_norm.weight",
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            "layernorm_embedding.weight",
            "model.norm.weight",
            "attention.self.q_bias");
    Stream<String> paths = Stream.concat(decayed.stream(), exempt.stream());
    List<Parameter> parameters = paths.map(path -> new Parameter(path, Tensor.zeros(1))).toList();
    List<ParamGroup> groups = ParamGroup.standard(parameters, 0.01);
    assertThat(groups).extracting(ParamGroup::weightDecay).containsExactly(0.01, 0.0);
    assertThat(groups.get(0).parameters()).extracting(Parameter::path).isEqualTo(decayed);
    assertThat(groups.get(1).parameters()).extracting(Parameter::path).isEqualTo(exempt);
    parameters.forEach(Parameter::close);
  }

  @Test
  void refusesAStateOfAnotherOptimizer() throws IOException {
    Path file = folder.resolve("state.safetensors");
    try (Optimizer adamW = new AdamW(ParamGroup.single(all, 0));
        Optimizer adam = new Adam(ParamGroup.single(all, 0))) {
      steps(adamW, 0, 1);
      adamW.save(file);
      assertThatThrownBy(() -> adam.load(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("it must hold the state of adam in format bearhug-optimizer-1")
          .hasMessageContaining("Resume with the optimizer of the interrupted run");
    }
  }

  @Test
  void refusesAStateOfOtherParametersAndChangesNothing() throws IOException {
    Path file = folder.resolve("state.safetensors");
    Parameter other = new Parameter("layer.bias", Tensor.zeros(3));
    try (Optimizer optimizer = new AdamW(ParamGroup.single(all, 0));
        Optimizer fewer = new AdamW(ParamGroup.single(List.of(weight), 0));
        Optimizer wrong = new AdamW(ParamGroup.single(List.of(weight, other), 0))) {
      steps(optimizer, 0, 1);
      optimizer.save(file);
      assertThatThrownBy(() -> fewer.load(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("layer.bias")
          .hasMessageContaining("belongs to no parameter of this optimizer");
      assertThatThrownBy(() -> wrong.load(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not fit parameter layer.bias");
      assertThat(wrong.steps()).isZero();
      Files.write(file, new byte[] {1, 2, 3});
      assertThatThrownBy(() -> optimizer.load(file)).isInstanceOf(CorruptFileException.class);
      assertThat(optimizer.steps()).isEqualTo(1);
    }
    other.close();
  }

  @Test
  void refusesNumbersThatWouldBreakTheWeights() {
    try (Optimizer optimizer = new Sgd(ParamGroup.single(all, 0))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.step(Double.NaN))
          .withMessageContaining("sgd: the learning rate must be finite and not negative, got NaN");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.step(0.1, Double.POSITIVE_INFINITY))
          .withMessageContaining("the factor on the gradients must be finite");
      assertThat(optimizer.steps()).isZero();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd(List.of(new ParamGroup("a", List.of(bias, bias), 0, 1))))
        .withMessageContaining("layer.bias is listed twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParamGroup("a", all, -1, 1))
        .withMessageContaining("the weight decay must be finite and not negative, got -1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamSettings(1, 0.9, 1e-8, false))
        .withMessageContaining("got 1.0 and 0.9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd.Settings(0.9, 0.1, true))
        .withMessageContaining("Nesterov's form needs momentum and no dampening");
  }

  @Test
  void measuresNormsOverAllGradients() {
    assertThat(GradClip.norm(all, 2)).isZero();
    gradients(1);
    // weight: 1, -1, 1, 1; bias: 0.1, 0.2 (see gradients).
    assertThat(GradClip.norm(all, 2)).isCloseTo(Math.sqrt(4.05), within(1e-7));
    assertThat(GradClip.norm(all, 1)).isCloseTo(4.3, within(1e-6));
    assertThat(GradClip.norm(all, Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(GradClip.l2(1).factor(4)).isCloseTo(0.25, within(1e-6));
    assertThat(GradClip.l2(5).factor(4)).isEqualTo(1);
    assertThat(GradClip.l2(1).factor(Double.NaN)).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradClip.l2(0))
        .withMessageContaining("the largest norm must be finite and above 0, got 0.0");
  }

  private void steps(Optimizer optimizer, int from, int to) {
    for (int step = from; step < to; step++) {
      gradients(1 + 0.3f * step);
      optimizer.step(0.05 / (1 + step));
      optimizer.zeroGrad();
    }
  }

  /** Gradients: the sign of each weight, and the biases themselves, times a factor. */
  private void gradients(float factor) {
    try (Scope scope = Scope.open("gradients")) {
      Tensor loss = weight.tensor().abs().sum();
      if (bias.isTrainable()) {
        loss = loss.add(bias.tensor().square().sum().mul(0.5));
      }
      Autograd.backward(loss.mul(factor));
    }
  }

  private float[] values() {
    float[] w = weight.tensor().toFloatArray();
    float[] b = bias.tensor().toFloatArray();
    return new float[] {w[0], w[1], w[2], w[3], b[0], b[1]};
  }

  private void restore(float[] values) {
    try (Scope scope = Scope.open("restore")) {
      Tensor packed = Tensor.of(values);
      weight.assign(packed.slice(0, 0, 4).reshape(2, 2));
      bias.assign(packed.slice(0, 4, 6));
    }
  }
}
