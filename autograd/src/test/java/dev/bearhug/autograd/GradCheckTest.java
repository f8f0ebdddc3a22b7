package dev.bearhug.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.Test;

class GradCheckTest {

  private static final double[] VALUES = {0.5, -1.25, 2};

  @Test
  void passesRightGradients() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(VALUES);
      Tensor ids = Tensor.of(new long[] {2, 0});
      GradCheck check = GradCheck.of(in -> in[0].square().gather(0, in[1]).tanh());
      check.assertPasses(x, ids);
      assertThat(check.run(x, ids).comparisons()).isEqualTo(3);
    }
  }

  @Test
  void findsAMissingGradient() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(VALUES);
      assertThatThrownBy(() -> GradCheck.of(in -> in[0].mul(in[0].detach())).assertPasses(x))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("input 0 along element")
          .hasMessageContaining("(seed 1)");
    }
  }

  @Test
  void checksLargeInputsAlongRandomDirections() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new double[100]);
      assertThat(GradCheck.of(in -> in[0].exp()).seed(5).run(x).comparisons()).isEqualTo(4);
      assertThat(GradCheck.of(in -> in[0].exp().detach().add(in[0])).run(x).error())
          .isGreaterThan(0.1);
    }
  }

  @Test
  void refusesSinglePrecision() {
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(() -> GradCheck.of(in -> in[0].exp()).run(Tensor.ones(3)))
          .hasMessageStartingWith("GradCheck: no input is of type F64.");
      assertThatThrownBy(() -> GradCheck.of(in -> in[0].to(DType.F32)).run(Tensor.of(VALUES)))
          .hasMessage(
              "GradCheck: the result is F32[3] but must be F64, or its rounding hides the"
                  + " differences.");
    }
  }
}
