package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of {@link Gemm}, for each implementation. */
@Timeout(120)
class GemmTest {

  private static final long[] SIZES = {0, 1, 1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 48, 65, 100};

  static Stream<String> names() {
    return GemmSelector.select(null, new WorkerPool(1)).candidates().stream()
        .filter(GemmSelector.Candidate::usable)
        .map(GemmSelector.Candidate::name);
  }

  private static Gemm gemm(String name) {
    return GemmSelector.select(name, WorkerPool.shared()).gemm();
  }

  private static void check(Gemm gemm, GemmShape shape, long seed) {
    try (Arena arena = Arena.ofConfined()) {
      GemmCase test = new GemmCase(arena, shape, new Random(seed));
      test.run(gemm);
      assertThat(test.firstError()).as("%s, seed %d, %s", gemm.name(), seed, shape).isNull();
    }
  }

  @Test
  void everyImplementationIsTestedHere() {
    assertThat(names()).containsExactly("onednn", "vector", "loop");
  }

  @ParameterizedTest
  @MethodSource("names")
  void randomProductsEqualTheNaiveLoop(String name) {
    Gemm gemm = gemm(name);
    for (long seed = 0; seed < 400; seed++) {
      check(gemm, randomShape(new Random(seed)), seed);
    }
  }

  private static GemmShape randomShape(Random random) {
    long batch1 = random.nextInt(4) == 0 ? random.nextInt(3) : 1;
    long batch2 = random.nextInt(3) == 0 ? random.nextInt(4) : 1;
    long m = SIZES[random.nextInt(SIZES.length)];
    long n = SIZES[random.nextInt(SIZES.length)];
    long k = SIZES[random.nextInt(SIZES.length)];
    boolean halfIn = random.nextInt(3) == 0;
    DType in = halfIn ? DType.BF16 : DType.F32;
    DType out = halfIn && random.nextBoolean() ? DType.BF16 : DType.F32;
    DType[] biases = {null, null, DType.F32, halfIn ? DType.BF16 : DType.F32};
    float[] alphas = {1f, 1f, 0.125f, -2f};
    return new GemmShape(
        batch1,
        batch2,
        m,
        n,
        k,
        operand(random, in, batch1, batch2, m, k, true),
        operand(random, in, batch1, batch2, k, n, true),
        operand(random, out, batch1, batch2, m, n, false),
        biases[random.nextInt(biases.length)],
        alphas[random.nextInt(alphas.length)],
        random.nextInt(3) == 0);
  }

  /**
   * Rows or columns contiguous, with or without gaps; batches outside, inside ([seq, heads, dim]),
   * or shared.
   */
  private static GemmOperand operand(
      Random random, DType type, long b1, long b2, long rows, long cols, boolean input) {
    boolean byRows = !input || random.nextBoolean();
    long inner = byRows ? cols : rows;
    long outer = byRows ? rows : cols;
    long gap = random.nextBoolean() ? 0 : 1 + random.nextInt(5);
    boolean headsInside = random.nextInt(3) == 0;
    long step = headsInside ? Math.max(1, b2) * inner + gap : inner + gap;
    long stride2 = headsInside ? inner : step * outer;
    long stride1 = headsInside ? step * outer : stride2 * b2;
    if (input && random.nextInt(4) == 0) {
      stride2 = 0;
    }
    if (input && random.nextInt(4) == 0) {
      stride1 = 0;
    }
    return new GemmOperand(type, stride1, stride2, byRows ? step : 1, byRows ? 1 : step);
  }

  @ParameterizedTest
  @MethodSource("names")
  void largeProductsCrossEveryBlockBoundary(String name) {
    Gemm gemm = gemm(name);
    check(gemm, GemmShape.of(150, 1100, 530).withBias(DType.F32), 1);
    check(gemm, GemmShape.linear(130, 520, 300).withAccumulate(true).withAlpha(0.5f), 2);
    check(gemm, GemmShape.of(66, 4200, 40), 3);
    check(
        gemm,
        GemmShape.linear(70, 600, 513)
            .withTypes(DType.BF16, DType.BF16, DType.BF16)
            .withBias(DType.BF16),
        4);
    check(
        gemm,
        GemmShape.of(140, 90, 270)
            .withLayouts(GemmOperand.columns(140), GemmOperand.columns(270), GemmOperand.rows(90)),
        5);
  }

  /** In every layout, with edges that fill no block. */
  @ParameterizedTest
  @MethodSource("names")
  void largeProductsOfEveryLayoutEqualTheNaiveLoop(String name) {
    Gemm gemm = gemm(name);
    long[][] sizes = {{257, 70, 130}, {33, 520, 300}};
    long seed = 0;
    for (long[] size : sizes) {
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

  @ParameterizedTest
  @MethodSource("names")
  void everyElementIsReportedDoneOnceWithItsResult(String name) {
    Gemm gemm = gemm(name);
    for (GemmShape shape :
        List.of(
            GemmShape.linear(3, 5, 4),
            GemmShape.linear(0, 5, 4),
            GemmShape.linear(5, 3, 0).withBias(DType.F32),
            GemmShape.linear(600, 1030, 40).withBias(DType.F32))) {
      try (Arena arena = Arena.ofConfined()) {
        GemmCase test = new GemmCase(arena, shape, new Random(2));
        int n = (int) shape.n();
        float[] seen = new float[(int) shape.m() * n];
        int[] times = new int[seen.length];
        gemm.linear(
            shape,
            test.a,
            test.b,
            null,
            test.bias,
            test.c,
            (row, rows, col, cols) -> {
              for (long i = row; i < row + rows; i++) {
                for (long j = col; j < col + cols; j++) {
                  int at = (int) (i * n + j);
                  times[at]++;
                  seen[at] = (float) DType.F32.read(test.c + 4L * at);
                }
              }
            });
        assertThat(test.firstError()).as("%s", shape).isNull();
        for (int i = 0; i < seen.length; i++) {
          assertThat(times[i]).isEqualTo(1);
          assertThat((double) seen[i]).isEqualTo(DType.F32.read(test.c + 4L * i));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void attentionReadsHeadsWithoutCopies(String name) {
    Gemm gemm = gemm(name);
    long seq = 40;
    long heads = 3;
    long dim = 16;
    GemmOperand byRows = new GemmOperand(DType.F32, seq * heads * dim, dim, heads * dim, 1);
    GemmOperand byColumns = new GemmOperand(DType.F32, seq * heads * dim, dim, 1, heads * dim);
    GemmOperand scores = new GemmOperand(DType.F32, heads * seq * seq, seq * seq, seq, 1);
    check(
        gemm,
        new GemmShape(2, heads, seq, seq, dim, byRows, byColumns, scores, null, 0.25f, false),
        1);
    check(gemm, new GemmShape(2, heads, seq, dim, seq, scores, byRows, byRows, null, 1f, false), 2);
  }

  @ParameterizedTest
  @MethodSource("names")
  void mixedTypesAndGeneralStridesWork(String name) {
    Gemm gemm = gemm(name);
    check(gemm, GemmShape.of(20, 40, 30).withTypes(DType.F32, DType.BF16, DType.F32), 1);
    check(gemm, GemmShape.of(20, 40, 30).withTypes(DType.F32, DType.F32, DType.BF16), 2);
    GemmOperand both = new GemmOperand(DType.F32, 0, 0, 200, 3);
    check(gemm, GemmShape.of(20, 40, 30).withLayouts(both, both, GemmOperand.rows(41)), 3);
    GemmOperand sameRow = new GemmOperand(DType.F32, 0, 0, 0, 1);
    check(
        gemm,
        GemmShape.of(20, 40, 30).withLayouts(sameRow, GemmOperand.rows(40), GemmOperand.rows(40)),
        4);
  }

  @ParameterizedTest
  @MethodSource("names")
  void overwritesWhatCHeldUnlessAccumulating(String name) {
    Gemm gemm = gemm(name);
    try (Arena arena = Arena.ofConfined()) {
      for (GemmShape shape : List.of(GemmShape.of(5, 3, 4), GemmShape.of(5, 3, 0))) {
        GemmCase test = new GemmCase(arena, shape, new Random(9));
        for (int i = 0; i < 15; i++) {
          DType.F32.write(test.c + 4L * i, Double.NaN);
        }
        test.run(gemm);
        assertThat(test.firstError()).as("%s", shape).isNull();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void repeatedCallsGiveTheSameBits(String name) {
    Gemm gemm = gemm(name);
    GemmShape shape = GemmShape.linear(200, 300, 400).withBias(DType.F32);
    byte[] first = bytesOf(gemm, shape);
    for (int i = 0; i < 5; i++) {
      assertThat(bytesOf(gemm, shape)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void resultsDoNotDependOnTheNumberOfThreads(String name) {
    WorkerPool pool = new WorkerPool(1);
    Gemm gemm = GemmSelector.select(name, pool).gemm();
    for (GemmShape shape :
        List.of(
            GemmShape.linear(200, 300, 400),
            GemmShape.of(3, 700, 900),
            GemmShape.of(30, 20, 10)
                .withBatch(1, 40)
                .withLayouts(
                    GemmOperand.rows(10).withBatchStrides(0, 300),
                    GemmOperand.rows(20).withBatchStrides(0, 200),
                    GemmOperand.rows(20).withBatchStrides(0, 600)))) {
      pool.setThreads(1);
      byte[] single = bytesOf(gemm, shape);
      for (int threads : new int[] {2, 3}) {
        pool.setThreads(threads);
        if (name.equals("onednn")) {
          // the library promises this for a fixed number of threads only
          check(gemm, shape, 5);
        } else {
          assertThat(bytesOf(gemm, shape)).as("%d threads, %s", threads, shape).isEqualTo(single);
        }
      }
    }
    pool.setThreads(1);
  }

  private static byte[] bytesOf(Gemm gemm, GemmShape shape) {
    try (Arena arena = Arena.ofConfined()) {
      GemmCase test = new GemmCase(arena, shape, new Random(5));
      test.run(gemm);
      return test.resultBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void fourCallersAtOnceGetTheirOwnResults(String name) throws Exception {
    Gemm gemm = gemm(name);
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<Future<Void>> results = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        long seed = 1000L * caller;
        Callable<Void> body =
            () -> {
              for (int i = 0; i < 25; i++) {
                check(gemm, GemmShape.linear(64, 96, 80), seed + i);
                check(gemm, randomShape(new Random(seed + i)), seed + i);
              }
              return null;
            };
        results.add(callers.submit(body));
      }
      for (Future<Void> result : results) {
        result.get();
      }
    }
  }

  @Test
  void shapesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> GemmShape.of(-1, 2, 3)).hasMessageContaining("m -1, n 2, k 3");
    assertThatThrownBy(
            () ->
                GemmShape.of(4, 8, 3)
                    .withLayouts(GemmOperand.rows(3), GemmOperand.rows(8), GemmOperand.rows(7)))
        .hasMessage(
            "matmul: the result needs contiguous rows that do not overlap; got row stride 7, column stride 1"
                + " for 8 columns. Allocate a contiguous result.");
    assertThatThrownBy(() -> GemmOperand.rows(3).withType(DType.I32))
        .hasMessageContaining("takes F32 and BF16; got I32");
    assertThatThrownBy(() -> GemmOperand.rows(-3)).hasMessageContaining("row -3");
    assertThatThrownBy(() -> GemmShape.of(1, 1, 1).withBias(DType.F64))
        .hasMessageContaining("got F64");
  }

  @Test
  void foldingJoinsBatchesThatAreOneInMemory() {
    GemmOperand dense = new GemmOperand(DType.F32, 600, 200, 20, 1);
    GemmOperand shared = GemmOperand.rows(20);
    GemmShape folded =
        new GemmShape(5, 3, 10, 20, 20, dense, shared, dense, null, 1f, false).folded();
    assertThat(folded).isEqualTo(GemmShape.of(150, 20, 20));
    GemmShape heads =
        new GemmShape(5, 3, 10, 20, 20, dense, dense, dense, null, 1f, false).folded();
    assertThat(heads.batch1()).isEqualTo(1);
    assertThat(heads.batch2()).isEqualTo(15);
  }
}
