package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bearhug.tensor.DType;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OneDnnGemmTest {

  private final OneDnnLibrary.Outcome outcome = OneDnnLibrary.load();

  @BeforeEach
  void needsTheLibrary() {
    if (outcome.library() == null) {
      System.out.println("OneDnnGemmTest skipped: " + outcome.refusal());
    }
    assumeTrue(outcome.library() != null, outcome.refusal());
  }

  @Test
  void keepsAtMostItsCapacityOfPreparedProducts() {
    OneDnnGemm gemm = new OneDnnGemm(outcome.library(), new WorkerPool(1), 3);
    for (int round = 0; round < 2; round++) {
      for (int n = 1; n <= 8; n++) {
        check(gemm, GemmShape.of(4, n, 5));
        assertThat(gemm.preparedProducts()).isEqualTo(round == 0 ? Math.min(n, 3) : 3);
      }
    }
  }

  @Test
  void aNewNumberOfThreadsReplacesThePreparedProduct() {
    WorkerPool pool = new WorkerPool(1);
    OneDnnGemm gemm = new OneDnnGemm(outcome.library(), pool, 8);
    GemmShape shape = GemmShape.linear(256, 256, 256);
    for (int threads : new int[] {1, 2, 1}) {
      pool.setThreads(threads);
      check(gemm, shape);
      assertThat(gemm.preparedProducts()).isEqualTo(1);
    }
  }

  @Test
  void refusesWhatTheLibraryHasNoProductFor() {
    OneDnnGemm gemm = new OneDnnGemm(outcome.library(), new WorkerPool(1), 8);
    GemmShape mixed = GemmShape.of(4, 4, 4).withTypes(DType.F32, DType.BF16, DType.F32);
    assertThat(gemm.supports(mixed)).isFalse();
    assertThatThrownBy(() -> gemm.matmul(mixed, 64, 64, 0, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("matmul: oneDNN has no product for this layout or type");
    GemmOperand both = new GemmOperand(DType.F32, 0, 0, 20, 3);
    assertThat(
            gemm.supports(
                GemmShape.of(4, 4, 4).withLayouts(both, GemmOperand.rows(4), GemmOperand.rows(4))))
        .isFalse();
  }

  @Test
  void operandsMayBeSharedByABatch() {
    OneDnnGemm gemm = new OneDnnGemm(outcome.library(), new WorkerPool(1), 8);
    GemmOperand perBatch = new GemmOperand(DType.F32, 0, 24, 6, 1);
    GemmOperand result = new GemmOperand(DType.F32, 0, 20, 5, 1);
    check(
        gemm,
        new GemmShape(1, 7, 4, 5, 6, perBatch, GemmOperand.rows(5), result, DType.F32, 2f, true));
    check(
        gemm,
        new GemmShape(
            1,
            7,
            4,
            5,
            6,
            GemmOperand.rows(6),
            new GemmOperand(DType.F32, 0, 30, 5, 1),
            result,
            null,
            1f,
            false));
  }

  private static void check(Gemm gemm, GemmShape shape) {
    try (Arena arena = Arena.ofConfined()) {
      GemmCase test = new GemmCase(arena, shape, new Random(3));
      test.run(gemm);
      assertThat(test.firstError()).as("%s", shape).isNull();
    }
  }
}
