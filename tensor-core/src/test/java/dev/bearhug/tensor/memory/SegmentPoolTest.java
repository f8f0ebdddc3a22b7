package dev.bearhug.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.OutOfMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SegmentPoolTest {

  private static final AllocationSite SITE = AllocationSite.named("pool-test");

  @Test
  void classesFitAndWasteLittle() {
    long seed = 5;
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      long n = i < 5000 ? i : random.nextLong() >>> (1 + random.nextInt(57));
      long size = SizeClasses.size(SizeClasses.of(n));
      assertThat(size).as("seed %d, %d bytes", seed, n).isGreaterThanOrEqualTo(n - n % 64);
      assertThat(size % 64).isZero();
      if (SizeClasses.of(n) < SizeClasses.COUNT - 1) {
        assertThat(size - n).as("seed %d, %d bytes", seed, n).isBetween(0L, n / 8 + 64);
      }
    }
    assertThat(SizeClasses.of(Long.MAX_VALUE)).isEqualTo(SizeClasses.COUNT - 1);
  }

  @Test
  void freedMemoryIsGivenOutAgain() {
    SegmentPool pool = new SegmentPool(1 << 20);
    long first = pool.allocate(1000, SITE);
    pool.free(first, 1000, SITE);
    assertThat(pool.stats().live()).isZero();
    assertThat(pool.stats().pooled()).isEqualTo(1024);
    assertThat(pool.allocate(1020, SITE)).isEqualTo(first);
    assertThat(pool.stats().pooled()).isZero();
    assertThat(pool.stats().buffers()).isEqualTo(1);
    pool.free(first, 1020, SITE);
    pool.trim();
    assertThat(pool.stats()).isEqualTo(new MemoryStats(0, 0, 1024, 1 << 20, 0));
  }

  @Test
  void addressesAreAligned() {
    SegmentPool pool = new SegmentPool(1 << 20);
    for (long bytes : new long[] {0, 1, 65, 4097}) {
      long address = pool.allocate(bytes, SITE);
      assertThat(address % NativeMemory.ALIGNMENT).as("%d bytes", bytes).isZero();
      pool.free(address, bytes, SITE);
    }
    pool.trim();
  }

  @Test
  void pooledMemoryOfOtherSizesIsGivenUpBeforeTheLimitRefuses() {
    SegmentPool pool = new SegmentPool(8192);
    pool.free(pool.allocate(4096, SITE), 4096, SITE);
    long large = pool.allocate(8192, SITE);
    assertThat(pool.stats().pooled()).isZero();
    pool.free(large, 8192, SITE);
    pool.trim();
  }

  @Test
  void theLimitNamesOwnersAndAdvice() {
    SegmentPool pool = new SegmentPool(3L << 20);
    long held = pool.allocate(2L << 20, SITE);
    assertThatThrownBy(() -> pool.allocate(2L << 20, SITE))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageStartingWith(
            "pool-test: asked for 2.0 MiB, 1.0 MiB free of 3.0 MiB (live 2.0 MiB).\n"
                + "  Largest owners: ")
        .hasMessageContaining("pool-test 2.0 MiB (1 buffers)")
        .hasMessageEndingWith(
            "\n  Try: --set train.checkpointing=each_block, smaller train.batchSize with"
                + " train.accumulate, train.precision=bf16, or a higher -Dbearhug.maxMemory.");
    for (long bytes : new long[] {1L << 62, Long.MAX_VALUE - 63, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> pool.allocate(bytes, SITE))
          .as("%d bytes", bytes)
          .isInstanceOf(OutOfMemoryException.class);
    }
    assertThat(pool.stats().buffers()).isEqualTo(1);
    pool.free(held, 2L << 20, SITE);
    pool.trim();
  }

  @Test
  void buffersOfSeveralThreadsNeverOverlap() throws Exception {
    SegmentPool pool = new SegmentPool(64L << 20);
    List<Future<Integer>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int t = 0; t < 4; t++) {
        int thread = t;
        all.add(threads.submit(() -> spoiled(pool, thread)));
      }
    }
    for (Future<Integer> f : all) {
      assertThat(f.get()).isZero();
    }
    assertThat(pool.stats().live()).isZero();
    assertThat(pool.stats().buffers()).isZero();
    pool.trim();
    assertThat(pool.stats().pooled()).isZero();
  }

  /** Number of buffers that did not hold this thread's number any more when they were freed. */
  private static int spoiled(SegmentPool pool, int thread) {
    Random random = new Random(thread);
    long[] addresses = new long[16];
    long[] sizes = new long[16];
    int spoiled = 0;
    for (int i = 0; i < 4000 + 16; i++) {
      int slot = i % 16;
      if (addresses[slot] != 0) {
        spoiled += NativeMemory.getByte(addresses[slot]) == thread ? 0 : 1;
        spoiled += NativeMemory.getByte(addresses[slot] + sizes[slot] - 1) == thread ? 0 : 1;
        pool.free(addresses[slot], sizes[slot], SITE);
        addresses[slot] = 0;
      }
      if (i < 4000) {
        sizes[slot] = 1 + random.nextInt(5000);
        addresses[slot] = pool.allocate(sizes[slot], SITE);
        NativeMemory.fill(addresses[slot], sizes[slot], (byte) thread);
      }
    }
    return spoiled;
  }
}
