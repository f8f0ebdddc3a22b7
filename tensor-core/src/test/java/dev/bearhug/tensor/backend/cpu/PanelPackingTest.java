package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bearhug.tensor.DType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PanelPackingTest {

  enum Kind {
    PLAIN,
    VECTOR
  }

  static Stream<Kind> kinds() {
    return Stream.of(Kind.values());
  }

  private static PanelPacking packing(Kind kind) {
    if (kind == Kind.PLAIN) {
      return new ScalarPanelPacking();
    }
    assumeTrue(VectorSupport.isVector(), VectorSupport.describe());
    return new VectorPanelPacking();
  }

  private static long random(Arena arena, DType type, long count) {
    long at = arena.allocate(count * type.bytes(), 64).address();
    Random random = new Random(7);
    for (long i = 0; i < count; i++) {
      type.write(at + i * type.bytes(), random.nextGaussian());
    }
    return at;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void panelsHoldTheColumnsInOrderAndZerosAround(Kind kind) {
    PanelPacking packing = packing(kind);
    for (DType type : List.of(DType.F32, DType.BF16)) {
      for (long k : new long[] {1, 16, 31, 32, 33, 64, 95}) {
        for (long n : new long[] {1, 15, 16, 50, 64, 100, 128}) {
          checkPanels(packing, new GemmOperand(type, 0, 0, n + 3, 1), k, n);
          checkPanels(packing, new GemmOperand(type, 0, 0, 1, k + 2), k, n);
          checkPanels(packing, new GemmOperand(type, 0, 0, 2, 2 * k), k, n);
        }
      }
    }
  }

  private static void checkPanels(PanelPacking packing, GemmOperand b, long k, long n) {
    DType type = b.type();
    try (Arena arena = Arena.ofConfined()) {
      long from = random(arena, type, (k + 3) * (2 * n + 3) + 2 * k * n);
      long panels = PanelPacking.panels(n);
      long size = panels * PanelPacking.panelBytes(type, k) / type.bytes();
      long to = random(arena, type, size + 64);
      double behind = type.read(to + size * type.bytes());
      packing.panels(b, from, k, n, to, 0, panels);
      for (long p = 0; p < panels; p++) {
        long panel = to + p * PanelPacking.panelBytes(type, k);
        for (long t = 0; t < PanelPacking.depth(type, k); t++) {
          for (long j = 0; j < PanelPacking.WIDTH; j++) {
            long col = p * PanelPacking.WIDTH + j;
            double expected =
                t < k && col < n
                    ? type.read(from + (t * b.rowStride() + col * b.colStride()) * type.bytes())
                    : 0;
            assertThat(type.read(panel + PanelPacking.index(type, t, j) * type.bytes()))
                .as("%s, k %d, n %d, row %d, column %d", b, k, n, t, col)
                .isEqualTo(expected);
          }
        }
      }
      assertThat(type.read(to + size * type.bytes())).isEqualTo(behind);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void columnsBecomeRows(Kind kind) {
    PanelPacking packing = packing(kind);
    for (DType type : List.of(DType.F32, DType.BF16)) {
      for (long k : new long[] {1, 16, 33, 64, 79}) {
        for (long m : new long[] {1, 15, 16, 50, 64}) {
          checkRows(packing, new GemmOperand(type, 0, 0, 1, m + 3), m, k);
          checkRows(packing, new GemmOperand(type, 0, 0, 2, 2 * m + 1), m, k);
        }
      }
    }
  }

  private static void checkRows(PanelPacking packing, GemmOperand a, long m, long k) {
    DType type = a.type();
    try (Arena arena = Arena.ofConfined()) {
      long from = random(arena, type, (2 * m + 3) * (k + 1));
      long step = k + 5;
      long to = random(arena, type, m * step);
      packing.rows(a, from, m, k, to, step);
      for (long i = 0; i < m; i++) {
        for (long t = 0; t < k; t++) {
          assertThat(type.read(to + (i * step + t) * type.bytes()))
              .as("%s, m %d, k %d, row %d, column %d", a, m, k, i, t)
              .isEqualTo(type.read(from + (i * a.rowStride() + t * a.colStride()) * type.bytes()));
        }
      }
    }
  }
}
