package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void runsEveryChunkOnce(int threads) {
    WorkerPool pool = new WorkerPool(threads);
    for (int count : new int[] {0, 1, 2, 7, 1000}) {
      for (int repeat = 0; repeat < 50; repeat++) {
        AtomicIntegerArray seen = new AtomicIntegerArray(count);
        pool.run(count, seen::incrementAndGet);
        for (int i = 0; i < count; i++) {
          assertThat(seen.get(i)).as("chunk %d of %d", i, count).isEqualTo(1);
        }
      }
    }
    pool.setThreads(1);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void helpersLateInALoopTakeNoChunkOfALargerOneThatFollows() {
    WorkerPool pool = new WorkerPool(8);
    int[] counts = {2, 3, 40};
    for (int loop = 0; loop < 60_000; loop++) {
      int count = counts[loop % counts.length];
      AtomicInteger done = new AtomicInteger();
      pool.run(count, chunk -> done.incrementAndGet());
      assertThat(done).as("chunks run in loop %d", loop).hasValue(count);
    }
    pool.setThreads(1);
  }

  @Test
  void piecesDependOnSizeAndGrainOnly() {
    for (long n : new long[] {0, 1, 9, 10, 11, 1003}) {
      for (long grain : new long[] {1, 3, 10, 2000}) {
        Set<List<Long>> expected = piecesWith(1, n, grain);
        assertThat(piecesWith(2, n, grain)).isEqualTo(expected);
        assertThat(piecesWith(5, n, grain)).isEqualTo(expected);
        assertThat(expected).hasSize((int) ((n + grain - 1) / grain));
      }
    }
  }

  private static Set<List<Long>> piecesWith(int threads, long n, long grain) {
    WorkerPool pool = new WorkerPool(threads);
    Set<List<Long>> pieces = ConcurrentHashMap.newKeySet();
    pool.parallelFor(n, grain, (from, to) -> pieces.add(List.of(from, to)));
    pool.setThreads(1);
    return pieces;
  }

  @Test
  void coversRangesOfMoreThanTwoToTheThirtyOne() {
    WorkerPool pool = new WorkerPool(2);
    long n = 5_000_000_000L;
    AtomicLong sum = new AtomicLong();
    pool.parallelFor(n, 1_000_000_000L, (from, to) -> sum.addAndGet(to - from));
    assertThat(sum).hasValue(n);
    pool.setThreads(1);
  }

  @Test
  void usesSeveralThreads() throws InterruptedException {
    WorkerPool pool = new WorkerPool(2);
    CountDownLatch both = new CountDownLatch(2);
    List<Boolean> met = new ArrayList<>();
    pool.run(
        2,
        chunk -> {
          both.countDown();
          try {
            boolean ok = both.await(30, TimeUnit.SECONDS);
            synchronized (met) {
              met.add(ok);
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(met).containsExactly(true, true);
    pool.setThreads(1);
  }

  /** A helper whose thread starts late must still join the loop that is running then. */
  @Test
  void aNewPoolUsesItsHelpersFromTheFirstLoopOn() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      usesSeveralThreads();
    }
  }

  @Test
  void throwsTheFirstFailureAndStaysUsable() {
    WorkerPool pool = new WorkerPool(3);
    for (int bad : new int[] {0, 5, 99}) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      100,
                      chunk -> {
                        if (chunk == bad) {
                          throw new IllegalArgumentException("chunk " + chunk);
                        }
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("chunk " + bad);
      AtomicInteger done = new AtomicInteger();
      pool.run(100, chunk -> done.incrementAndGet());
      assertThat(done).hasValue(100);
    }
    assertThatThrownBy(
            () ->
                pool.parallelFor(
                    10,
                    1,
                    (from, to) -> {
                      throw new StackOverflowError("deep");
                    }))
        .isInstanceOf(StackOverflowError.class)
        .hasMessage("deep");
    pool.setThreads(1);
  }

  @Test
  void nestedLoopsRunInTheSameThread() {
    WorkerPool pool = new WorkerPool(3);
    AtomicInteger inner = new AtomicInteger();
    Set<String> strangers = new ConcurrentSkipListSet<>();
    pool.run(
        20,
        chunk -> {
          Thread outer = Thread.currentThread();
          pool.parallelFor(
              10,
              1,
              (from, to) -> {
                inner.addAndGet((int) (to - from));
                if (Thread.currentThread() != outer) {
                  strangers.add(Thread.currentThread().getName());
                }
              });
        });
    assertThat(inner).hasValue(200);
    assertThat(strangers).isEmpty();
    pool.setThreads(1);
  }

  @Test
  void servesSeveralCallersAtOnce() throws InterruptedException {
    WorkerPool pool = new WorkerPool(3);
    AtomicLong total = new AtomicLong();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Runnable body =
          () -> {
            for (int repeat = 0; repeat < 500; repeat++) {
              pool.parallelFor(64, 4, (from, to) -> total.addAndGet(to - from));
            }
          };
      callers.add(i % 2 == 0 ? Thread.startVirtualThread(body) : Thread.ofPlatform().start(body));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(total).hasValue(4 * 500 * 64);
    pool.setThreads(1);
  }

  @Test
  void anInterruptIsKeptAndDoesNotCutTheLoop() {
    WorkerPool pool = new WorkerPool(2);
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();
    pool.run(
        8,
        chunk -> {
          long end = System.nanoTime() + 2_000_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          done.incrementAndGet();
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasValue(8);
    pool.setThreads(1);
  }

  @Test
  void theNumberOfThreadsChangesBetweenLoopsOnly() {
    WorkerPool pool = new WorkerPool(1);
    for (int threads : new int[] {4, 2, 1, 3}) {
      pool.setThreads(threads);
      assertThat(pool.threads()).isEqualTo(threads);
      AtomicInteger done = new AtomicInteger();
      pool.run(100, chunk -> done.incrementAndGet());
      assertThat(done).hasValue(100);
    }
    Set<String> messages = new TreeSet<>();
    pool.run(
        4,
        chunk -> {
          try {
            pool.setThreads(2);
          } catch (IllegalStateException e) {
            synchronized (messages) {
              messages.add(e.getMessage());
            }
          }
        });
    assertThat(messages)
        .containsExactly(
            "worker pool: the number of threads cannot change inside a loop of the pool. "
                + "Call setThreads between two loops.");
    assertThat(pool.threads()).isEqualTo(3);
    pool.setThreads(1);
  }

  @Test
  void rejectsBadNumbers() {
    assertThatThrownBy(() -> new WorkerPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 1 to 1024; got 0");
    WorkerPool pool = new WorkerPool(1);
    assertThatThrownBy(() -> pool.parallelFor(4, 0, (from, to) -> {}))
        .hasMessage("worker pool: need n >= 0 and grain >= 1; got n = 4, grain = 0.");
  }
}
