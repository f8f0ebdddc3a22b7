package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;

/** Prints the selector's report and the sum of three products, or the message of its exception. */
final class SelectorProbe {

  private SelectorProbe() {}

  /** Entry point of the test's second JVM. */
  public static void main(String[] args) {
    try (Arena arena = Arena.ofConfined()) {
      GemmSelector selector = GemmSelector.shared();
      System.out.println(selector.report());
      long ones = arena.allocate(64, 64).address();
      long sum = arena.allocate(64, 64).address();
      for (int i = 0; i < 3; i++) {
        NativeMemory.putFloat(ones + 4L * i, 1f);
      }
      selector.gemm().matmul(GemmShape.of(1, 1, 3), ones, ones, 0, sum);
      System.out.println(NativeMemory.getFloat(sum));
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }
}
