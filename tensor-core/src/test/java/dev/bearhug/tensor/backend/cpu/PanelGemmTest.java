package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bearhug.tensor.DType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Products with B in panels, whatever their size. */
class PanelGemmTest {

  private final OneDnnLibrary.Outcome outcome = OneDnnLibrary.load();

  @BeforeEach
  void needsTheLibrary() {
    assumeTrue(outcome.library() != null, outcome.refusal());
  }

  private PanelGemm gemm(WorkerPool pool) {
    OneDnnLibrary library = outcome.library();
    return new PanelGemm(library, pool, new IdlePool<>(() -> new OneDnnLane(library, 64)));
  }

  @Test
  void everyLayoutTypeAndEdgeEqualsTheNaiveLoop() {
    PanelGemm gemm = gemm(WorkerPool.shared());
    long seed = 0;
    for (long[] size : new long[][] {{70, 100, 50}, {300, 64, 33}, {17, 530, 32}, {600, 70, 95}}) {
      long m = size[0];
      long n = size[1];
      long k = size[2];
      for (GemmOperand a : List.of(GemmOperand.rows(k + 3), GemmOperand.columns(m + 5))) {
        for (GemmOperand b : List.of(GemmOperand.rows(n + 1), GemmOperand.columns(k + 2))) {
          GemmShape shape =
              GemmShape.of(m, n, k)
                  .withLayouts(a, b, GemmOperand.rows(n + 7))
                  .withBias(seed % 2 == 0 ? DType.F32 : null)
                  .withAccumulate(seed % 4 == 1)
                  .withAlpha(seed % 3 == 1 ? 0.5f : 1f);
          check(gemm, shape, ++seed);
          check(gemm, shape.withTypes(DType.BF16, DType.BF16, DType.F32), ++seed);
          check(gemm, shape.withTypes(DType.BF16, DType.BF16, DType.BF16), ++seed);
        }
      }
    }
  }

  private static byte[] check(PanelGemm gemm, GemmShape shape, long seed) {
    try (Arena arena = Arena.ofConfined()) {
      GemmCase test = new GemmCase(arena, shape, new Random(seed));
      gemm.run(shape, test.a, test.b, null, test.bias, test.c, null);
      assertThat(test.firstError()).as("seed %d, %s", seed, shape).isNull();
      return test.resultBytes();
    }
  }

  @Test
  void resultsDoNotDependOnTheNumberOfThreads() {
    WorkerPool pool = new WorkerPool(1);
    for (GemmShape shape :
        List.of(
            GemmShape.linear(700, 130, 90),
            GemmShape.of(130, 700, 90)
                .withLayouts(
                    GemmOperand.columns(130), GemmOperand.rows(700), GemmOperand.rows(700)))) {
      pool.setThreads(1);
      byte[] single = check(gemm(pool), shape, 3);
      pool.setThreads(3);
      assertThat(check(gemm(pool), shape, 3)).isEqualTo(single);
    }
    pool.setThreads(1);
  }
}
