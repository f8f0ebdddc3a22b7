package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SecondDerivativeTest {

  private static double[] values(int n, long seed) {
    return new SplittableRandom(seed).doubles(n, 0.3, 1.7).toArray();
  }

  private static Tensor leaf(double[] values, long... shape) {
    return Autograd.requireGrad(Tensor.of(values, shape));
  }

  private static final Tensor one() {
    return Tensor.of(new double[] {1}).reshape();
  }

  /** Functions of a matrix [3, 4] whose gradient rules need nothing but inputs and results. */
  private static Map<String, Function<Tensor, Tensor>> functions() {
    Map<String, Function<Tensor, Tensor>> all = new TreeMap<>();
    all.put("exp", Tensor::exp);
    all.put("log", Tensor::log);
    all.put("sqrt", Tensor::sqrt);
    all.put("rsqrt", Tensor::rsqrt);
    all.put("reciprocal", Tensor::reciprocal);
    all.put("sin", Tensor::sin);
    all.put("cos", Tensor::cos);
    all.put("tanh", Tensor::tanh);
    all.put("sigmoid", Tensor::sigmoid);
    all.put("erf", Tensor::erf);
    all.put("gelu", Tensor::gelu);
    all.put("gelu_tanh", Tensor::geluTanh);
    all.put("silu", Tensor::silu);
    all.put("softplus", Tensor::softplus);
    all.put("pow", x -> x.pow(2.5));
    all.put("div", x -> x.div(x.square().add(1)));
    all.put("matmul", x -> x.matmul(x.transpose(0, 1)).square());
    all.put("linear", x -> x.linear(x.mul(2), null).tanh());
    all.put("softmax", x -> x.softmax().square());
    all.put("log_softmax", x -> x.logSoftmax().square());
    all.put("broadcast", x -> x.mul(x.sum(true, 0)).exp());
    all.put("max", x -> x.max(1, false).square());
    all.put("slice", x -> x.slice(1, 1, 3).exp().mul(x.slice(1, 2, 4)));
    all.put("cat", x -> Tensor.cat(0, x, x.square()).sin());
    all.put("where", x -> Tensor.where(x.gt(Tensor.of(new double[] {1})), x.square(), x.exp()));
    all.put("gather", x -> x.gather(1, Tensor.of(new long[] {0, 3, 1, 1, 2, 2}, 3, 2)).exp());
    all.put("embedding", x -> x.embedding(Tensor.of(new long[] {2, 0, 2}), 0).exp());
    return all;
  }

  /** Ops whose gradient rule reads a by-product, so that they are recorded by definition. */
  private static Map<String, Function<Tensor, Tensor>> byProducts() {
    return new TreeMap<>(
        Map.of(
            "layer_norm",
            x -> x.layerNorm(x.select(0, 0), x.select(0, 1), 1e-5).exp(),
            "cross_entropy",
            x -> x.crossEntropy(Tensor.of(new long[] {1, 3, 0})).square()));
  }

  @TestFactory
  Stream<DynamicTest> gradientsOfGradientsMatchDifferences() {
    return functions().entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue(), false)));
  }

  @TestFactory
  Stream<DynamicTest> byDefinitionOpsWithByProductsHaveThemToo() {
    Map<String, Function<Tensor, Tensor>> all = byProducts();
    all.put("softmax", x -> x.softmax().square());
    return all.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue(), true)));
  }

  private static void check(Function<Tensor, Tensor> function, boolean byDefinition) {
    double[] x = values(12, 5);
    double[] direction = new SplittableRandom(6).doubles(12, -1, 1).toArray();
    long before = SegmentPool.SHARED.stats().buffers();
    double[] analytic;
    try (Tensor leaf = leaf(x, 3, 4);
        Scope scope = Scope.open("analytic")) {
      Tensor along = gradientAlong(function, leaf, direction, byDefinition);
      Autograd.backward(along);
      analytic = Autograd.grad(leaf).toDoubleArray();
      Autograd.zeroGrad(leaf);
    }
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
    double step = 1e-5;
    for (int i = 0; i < x.length; i++) {
      double[] numbers = new double[2];
      for (int side = 0; side < 2; side++) {
        double[] moved = x.clone();
        moved[i] += side == 0 ? -step : step;
        try (Tensor leaf = leaf(moved, 3, 4);
            Scope scope = Scope.open("difference")) {
          Tensor y = function.apply(leaf).sum();
          double[] g = Autograd.gradients(y, one(), leaf)[0].toDoubleArray();
          for (int j = 0; j < g.length; j++) {
            numbers[side] += g[j] * direction[j];
          }
        }
      }
      double numeric = (numbers[1] - numbers[0]) / (2 * step);
      assertThat(analytic[i])
          .as("element %d", i)
          .isCloseTo(numeric, within(2e-5 * Math.max(1, Math.abs(numeric))));
    }
  }

  /** The derivative of the sum of a function along a direction, recorded. */
  private static Tensor gradientAlong(
      Function<Tensor, Tensor> function, Tensor x, double[] direction, boolean byDefinition) {
    Tensor y;
    if (byDefinition) {
      try (ByDefinition ignored = ByDefinition.enter()) {
        y = function.apply(x).sum();
      }
    } else {
      y = function.apply(x).sum();
    }
    Tensor g = Autograd.differentiableGradients(y, one(), x)[0];
    return g.mul(Tensor.of(direction, x.shape().dims())).sum();
  }

  @Test
  void opsWithByProductsAreNamedWithoutByDefinition() {
    byProducts()
        .forEach(
            (op, function) -> {
              try (Tensor x = leaf(values(12, 5), 3, 4);
                  Scope scope = Scope.open("test")) {
                Tensor along = gradientAlong(function, x, values(12, 7), false);
                assertThatThrownBy(() -> Autograd.backward(along))
                    .isInstanceOf(NonDifferentiableException.class)
                    .hasMessageStartingWith(op + ": has no gradient: its output number")
                    .hasMessageContaining("compute it in a ByDefinition block");
                Autograd.zeroGrad(x);
              }
            });
  }

  @Test
  void checkpointedBlocksAreRefused() {
    try (Tensor x = leaf(values(2, 1));
        Scope scope = Scope.open("test")) {
      Tensor y = Checkpointing.run(in -> in[0].square(), x).sum();
      assertThatThrownBy(() -> Autograd.differentiableGradients(y, one(), x))
          .isInstanceOf(NonDifferentiableException.class)
          .hasMessageStartingWith("checkpointed block: has no gradient: its second run");
    }
  }

  @Test
  void derivativesOfAnyOrder() {
    try (Tensor x = leaf(new double[] {1.3});
        Scope scope = Scope.open("test")) {
      Tensor d = x.sin().mul(x);
      double c = Math.cos(1.3);
      double s = Math.sin(1.3);
      double[] expected = {s + 1.3 * c, 2 * c - 1.3 * s, -3 * s - 1.3 * c, -4 * c + 1.3 * s};
      for (double wanted : expected) {
        d = Autograd.differentiableGradients(d.sum(), one(), x)[0];
        assertThat(d.item()).isCloseTo(wanted, within(1e-12));
      }
    }
  }

  @Test
  void aPenaltyOnTheGradientTrainsTheWeights() {
    // |d/dx tanh(w x)| pulled to 1, as in Gulrajani et al., 2017, by plain descent.
    try (Tensor w = leaf(new double[] {0.2, -0.3, 0.5});
        Tensor x = leaf(new double[] {0.1, 0.2, -0.1})) {
      double first = 0;
      double last = 0;
      for (int step = 0; step < 60; step++) {
        try (Scope scope = Scope.open("step")) {
          Tensor y = w.mul(x).sum().tanh();
          Tensor g = Autograd.differentiableGradients(y, one(), x)[0];
          Tensor penalty = g.square().sum().sqrt().sub(1).square();
          last = penalty.item();
          first = step == 0 ? last : first;
          Autograd.backward(penalty);
          try (NoGrad ignored = NoGrad.enter()) {
            w.assign(w.sub(Autograd.grad(w).mul(0.2)));
          }
          Autograd.zeroGrad(w);
          Autograd.zeroGrad(x);
        }
      }
      assertThat(first).isGreaterThan(0.1);
      assertThat(last).isLessThan(1e-6);
    }
  }

  @Test
  void productWithTheHessianOfAQuadraticFormIsItsMatrix() {
    double[] a = {2, 1, 0, 1, 3, -1, 0, -1, 4};
    double[] v = {1, -2, 0.5};
    try (Tensor x = leaf(new double[] {0.3, 0.2, -0.7}, 3, 1);
        Scope scope = Scope.open("test")) {
      Tensor matrix = Tensor.of(a, 3, 3);
      Tensor y = x.transpose(0, 1).matmul(matrix).matmul(x).mul(0.5).sum();
      Tensor g = Autograd.differentiableGradients(y, one(), x)[0];
      Tensor hv = Autograd.gradients(g.mul(Tensor.of(v, 3, 1)).sum(), one(), x)[0];
      double[] expected = matrix.matmul(Tensor.of(v, 3, 1)).toDoubleArray();
      assertThat(hv.toDoubleArray()).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    }
  }
}
