package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.Backends;
import org.junit.jupiter.api.Test;

/** When {@code auto} precision takes bf16. */
class Bf16CheckTest {

  /** Products by loops under another name, each result changed. */
  private record Changed(String name, double factor) implements Gemm {

    @Override
    public String description() {
      return "changed loops";
    }

    @Override
    public boolean supports(GemmShape shape) {
      return true;
    }

    @Override
    public void matmul(GemmShape shape, long a, long b, long bias, long c) {
      new LoopGemm(WorkerPool.shared()).matmul(shape, a, b, bias, c);
      int bytes = shape.c().type().bytes();
      for (long i = 0; i < shape.m() * shape.n(); i++) {
        double value = shape.c().type().read(c + i * bytes);
        shape.c().type().write(c + i * bytes, value * factor);
      }
    }
  }

  @Test
  void rightProductsKeepTheTolerance() {
    assertThat(Bf16Check.excess(new LoopGemm(WorkerPool.shared()))).isZero();
    assertThat(Bf16Check.excess(GemmSelector.shared().gemm())).isZero();
  }

  @Test
  void wrongProductsDoNot() {
    assertThat(Bf16Check.excess(new Changed("onednn", 1.02))).isPositive();
    assertThat(Bf16Check.excess(new Changed("onednn", Double.NaN))).isPositive();
  }

  @Test
  void productsWithoutInstructionsAreNotFast() {
    Backend.Availability loops = Bf16Check.of(new LoopGemm(WorkerPool.shared()));
    assertThat(loops.usable()).isFalse();
    assertThat(loops.reason())
        .isEqualTo("products run in \"loop\", which converts bf16 to single precision");
    assertThat(Backends.get("reference").fastBf16().usable()).isFalse();
  }

  @Test
  void theAnswerForThisMachineNamesItsReason() {
    Backend.Availability answer = Backends.get("cpu").fastBf16();
    assertThat(answer.reason()).isNotBlank();
    assertThat(answer.usable())
        .isEqualTo(answer.reason().startsWith("oneDNN multiplies with the processor's bf16"));
  }
}
