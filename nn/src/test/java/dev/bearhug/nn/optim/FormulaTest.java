package dev.bearhug.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Optimizers without reference values: against their formula in double, and in training. */
class FormulaTest {
  private static final int N = 5000;
  private static final int STEPS = 5;
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;

  @TempDir Path folder;

  @Test
  void lionFollowsItsFormula() {
    double[] p = start();
    double[] m = new double[N];
    try (Run run = new Run(groups -> new Lion(groups, new Lion.Settings(0.8, 0.95)))) {
      for (int t = 1; t <= STEPS; t++) {
        float[] g = run.step();
        for (int i = 0; i < N; i++) {
          double sign = Math.signum((float) (0.8 * m[i] + 0.2 * g[i]));
          p[i] = p[i] * (1 - RATE * DECAY) - RATE * sign;
          m[i] = 0.95 * m[i] + 0.05 * g[i];
        }
      }
      run.assertWeights(p, 2e-6);
    }
  }

  @Test
  void lambFollowsItsFormula() {
    double[] p = start();
    double[] m = new double[N];
    double[] v = new double[N];
    double[] r = new double[N];
    for (double bound : new double[] {Double.POSITIVE_INFINITY, 0.5}) {
      try (Run run =
          new Run(groups -> new Lamb(groups, new Lamb.Settings(0.8, 0.9, 1e-6, bound)))) {
        p = start();
        m = new double[N];
        v = new double[N];
        for (int t = 1; t <= STEPS; t++) {
          float[] g = run.step();
          double weights = 0;
          double direction = 0;
          for (int i = 0; i < N; i++) {
            m[i] = 0.8 * m[i] + 0.2 * g[i];
            v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
            double root = Math.sqrt(v[i] / (1 - Math.pow(0.9, t))) + 1e-6;
            r[i] = m[i] / (1 - Math.pow(0.8, t)) / root + DECAY * p[i];
            weights += p[i] * p[i];
            direction += r[i] * r[i];
          }
          double ratio = Math.min(bound, Math.sqrt(weights / direction));
          for (int i = 0; i < N; i++) {
            p[i] -= RATE * ratio * r[i];
          }
        }
        run.assertWeights(p, 1e-5);
      }
    }
  }

  @Test
  void lambTakesPlainStepsFromZeroWeights() {
    Parameter weight = new Parameter("w", Tensor.zeros(3));
    try (Optimizer optimizer = new Lamb(ParamGroup.single(List.of(weight), 0))) {
      setGradient(weight, Tensor.of(new float[] {1, -2, 3}));
      optimizer.step(0.1);
      assertThat(weight.tensor().toFloatArray())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(-0.1f, 0.1f, -0.1f);
    }
    weight.close();
  }

  @Test
  void adamW8bitStaysWithinTheErrorOfItsCodes() {
    double[] p = start();
    double[] m = new double[N];
    double[] v = new double[N];
    try (Run run =
        new Run(groups -> new AdamW8bit(groups, new AdamSettings(0.8, 0.9, 1e-8, false)))) {
      for (int t = 1; t <= STEPS; t++) {
        float[] g = run.step();
        for (int i = 0; i < N; i++) {
          m[i] = 0.8 * m[i] + 0.2 * g[i];
          v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
          double root = Math.sqrt(v[i] / (1 - Math.pow(0.9, t))) + 1e-8;
          p[i] = p[i] * (1 - RATE * DECAY) - RATE * m[i] / (1 - Math.pow(0.8, t)) / root;
        }
        if (t == 1) {
          // The first step reads no stored moment, so it is that of AdamW.
          run.assertWeights(p, 1e-6);
        }
      }
      // A step of about RATE is off by a few hundredths of itself on average.
      float[] actual = run.weights();
      double error = 0;
      for (int i = 0; i < N; i++) {
        error += Math.abs(actual[i] - p[i]) / N;
      }
      assertThat(error).isBetween(1e-7, 0.03 * RATE);
    }
  }

  @Test
  void adamW8bitKeepsOneBytePerMoment() throws IOException {
    Path file = folder.resolve("state.safetensors");
    Parameter small = new Parameter("small", Tensor.ones(AdamW8bit.SMALLEST - 1));
    Parameter large = new Parameter("large", Tensor.ones(AdamW8bit.SMALLEST + 1));
    List<Parameter> both = List.of(small, large);
    try (Optimizer optimizer = new AdamW8bit(ParamGroup.single(both, 0))) {
      both.forEach(p -> setGradient(p, Tensor.ones(p.numel())));
      assertThat(optimizer.slots(small.tensor()))
          .extracting(StateSlot::dtype)
          .containsOnly(DType.F32);
      assertThat(optimizer.slots(large.tensor()))
          .extracting(StateSlot::dtype)
          .containsExactly(DType.U8, DType.U8, DType.F32, DType.F32);
      assertThat(optimizer.slots(large.tensor()).get(2).shape()).isEqualTo(Shape.of(17));
      optimizer.step(0.1);
      optimizer.save(file);
      both.forEach(
          p -> setGradient(p, Tensor.full(Shape.of(p.numel()), -0.3, DType.F32, Device.CPU)));
      Tensor before = large.tensor().copy();
      optimizer.step(0.1);
      float[] expected = large.tensor().toFloatArray();
      large.assign(before);
      before.close();
      try (Optimizer resumed = new AdamW8bit(ParamGroup.single(both, 0))) {
        resumed.load(file);
        resumed.step(0.1);
      }
      assertThat(large.tensor().toFloatArray()).isEqualTo(expected);
    }
    both.forEach(Parameter::close);
  }

  @Test
  void adamW8bitRefusesWhatItCannotDo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamW8bit(List.of(), new AdamSettings(0.9, 0.999, 1e-8, true)))
        .withMessage("adamw_8bit: there is no amsgrad with means of one byte. Use AdamW for it.");
    Parameter half = new Parameter("half", Tensor.full(Shape.of(2), 0, DType.BF16, Device.CPU));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamW8bit(ParamGroup.single(List.of(half), 0)))
        .withMessageStartingWith("adamw_8bit: parameters must be of F32, got half BF16[2].");
    half.close();
  }

  @Test
  void trainingEndsWhereThatOfAdamWDoes() {
    double start = train(AdamW::new, 0);
    double wanted = train(AdamW::new, 1e-2);
    assertThat(wanted).isLessThan(0.05 * start);
    assertThat(train(AdamW8bit::new, 1e-2)).isCloseTo(wanted, within(0.1 * wanted));
    // Steps of one size end on a plateau of their own.
    assertThat(train(Lion::new, 2e-2)).isLessThan(0.1 * start);
    assertThat(train(Lamb::new, 3e-2)).isLessThan(1.2 * wanted);
  }

  /** Mean squared error after 150 steps of a network of two layers that imitates another one. */
  private static double train(Function<List<ParamGroup>, Optimizer> method, double rate) {
    RandomSource random = new RandomSource(4);
    int width = 64;
    Parameter first = new Parameter("first.weight", normal(random, 0.1, width, width));
    Parameter second = new Parameter("second.weight", normal(random, 0.1, width, width));
    List<Parameter> both = List.of(first, second);
    try (Scope scope = Scope.open("training");
        Optimizer optimizer = method.apply(ParamGroup.standard(both, 0.01))) {
      Tensor teacher = normal(random, 0.1, width, width);
      Tensor x = normal(random, 1, 256, width);
      Tensor target = x.linear(teacher, null).tanh();
      double loss = 0;
      for (int step = 0; step < 150; step++) {
        try (Scope inner = Scope.open("step")) {
          Tensor y = x.linear(first.tensor(), null).tanh().linear(second.tensor(), null);
          Tensor error = y.mseLoss(target);
          loss = error.item();
          Autograd.backward(error);
          optimizer.step(rate * Math.min(1, (step + 1) / 10.0) * (1 - step / 150.0));
          optimizer.zeroGrad();
        }
      }
      return loss;
    } finally {
      both.forEach(Parameter::close);
    }
  }

  private static Tensor normal(RandomSource random, double std, long... shape) {
    return RandomTensors.normal(Shape.of(shape), 0, std, random);
  }

  private static double[] start() {
    double[] p = new double[N];
    try (Tensor t = normal(new RandomSource(1), 1, N)) {
      float[] values = t.toFloatArray();
      for (int i = 0; i < N; i++) {
        p[i] = values[i];
      }
    }
    return p;
  }

  private static void setGradient(Parameter p, Tensor gradient) {
    p.zeroGrad();
    try (Scope scope = Scope.open("gradient")) {
      Autograd.backward(p.tensor(), gradient);
    }
    gradient.close();
  }

  /** One parameter that gets random gradients. */
  private static final class Run implements AutoCloseable {
    private final RandomSource random = new RandomSource(2);
    private final Parameter weight =
        new Parameter("layer.weight", normal(new RandomSource(1), 1, N).reshape(50, 100).copy());
    private final Optimizer optimizer;

    Run(Function<List<ParamGroup>, Optimizer> method) {
      optimizer = method.apply(ParamGroup.single(List.of(weight), DECAY));
    }

    /** Does a step and returns its gradient. */
    float[] step() {
      Tensor gradient = normal(random, 0.1, 50, 100);
      float[] values = gradient.toFloatArray();
      setGradient(weight, gradient);
      optimizer.step(RATE);
      return values;
    }

    float[] weights() {
      return weight.tensor().toFloatArray();
    }

    void assertWeights(double[] expected, double tolerance) {
      float[] actual = weights();
      for (int i = 0; i < N; i++) {
        assertThat((double) actual[i])
            .as("weight %d", i)
            .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
      }
    }

    @Override
    public void close() {
      weight.zeroGrad();
      optimizer.close();
      weight.close();
    }
  }
}
