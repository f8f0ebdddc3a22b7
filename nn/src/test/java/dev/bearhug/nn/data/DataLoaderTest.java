package dev.bearhug.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
  private static final int EXAMPLES = 23;
  private static final int BATCH = 4;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 100})
  void deliversTheBatchesOfThePlanInOrder(int prefetch) {
    BatchSampler sampler = new RandomBatchSampler(EXAMPLES, BATCH, false);
    BatchPlan plan = sampler.plan(7, 2);
    try (BatchStream batches = loader(sampler, 7, prefetch).epoch(2)) {
      for (int i = 0; i < plan.size(); i++) {
        assertThat(ids(batches.next())).as("batch %d", i).isEqualTo(plan.batch(i));
      }
      assertThat(batches.hasNext()).isFalse();
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(batches::next)
          .withMessage("data loader: epoch 2 has no batch 6.");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void resumingAtEveryPositionGivesTheUninterruptedSequence(int prefetch) {
    int[] lengths = IntStream.range(0, EXAMPLES).map(i -> 1 + i * i % 17).toArray();
    BatchSampler sampler = new LengthGroupedBatchSampler(lengths, BATCH, false);
    List<int[]> whole = rest(loader(sampler, 5, prefetch).epoch(1));
    for (int stop = 0; stop <= whole.size(); stop++) {
      LoaderState saved;
      try (BatchStream interrupted = loader(sampler, 5, prefetch).epoch(1)) {
        for (int i = 0; i < stop; i++) {
          interrupted.next();
        }
        saved = interrupted.state();
      }
      assertThat(saved).isEqualTo(new LoaderState(5, 1, stop, whole.size()));
      List<int[]> resumed = rest(loader(sampler, 5, prefetch).resume(saved));
      assertThat(resumed.toArray(int[][]::new))
          .as("resumed at batch %d", stop)
          .isDeepEqualTo(whole.subList(stop, whole.size()).toArray(int[][]::new));
    }
  }

  @Test
  void refusesAPositionOfOtherData() {
    DataLoader<Integer> loader = loader(new RandomBatchSampler(EXAMPLES, BATCH, false), 5, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loader.resume(new LoaderState(6, 0, 1, 6)))
        .withMessageContaining("saved: seed 6, 6 batches per epoch; now: seed 5, 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loader.resume(new LoaderState(5, 0, 1, 9)))
        .withMessageContaining("saved: seed 5, 9 batches per epoch");
    assertThatIllegalArgumentException().isThrownBy(() -> new LoaderState(5, 0, 7, 6));
    assertThatIllegalArgumentException().isThrownBy(() -> new LoaderState(5, -1, 0, 6));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void aFailureArrivesWithItsBatchNumberAfterTheBatchesBefore(int prefetch) {
    Collator<Integer> failing =
        examples -> {
          if (examples.contains(9)) {
            throw new IllegalStateException("broken example 9");
          }
          return collate(examples);
        };
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(EXAMPLES), new SequentialBatchSampler(EXAMPLES, BATCH, false), failing)
            .prefetch(prefetch)
            .build();
    try (BatchStream batches = loader.epoch(3)) {
      assertThat(ids(batches.next())).containsExactly(0, 1, 2, 3);
      assertThat(ids(batches.next())).containsExactly(4, 5, 6, 7);
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatExceptionOfType(DataLoadingException.class)
            .isThrownBy(batches::next)
            .withMessage(
                "data loader: cannot build batch 2 of epoch 3 (examples [8, 9, 10, 11]):"
                    + " java.lang.IllegalStateException: broken example 9")
            .withCauseInstanceOf(IllegalStateException.class);
      }
      assertThat(batches.state().batch()).isEqualTo(2);
    }
    assertThat(loaderThreads()).isEmpty();
  }

  @Test
  void anErrorOfTheCollatorReachesTheCaller() {
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(8),
                new SequentialBatchSampler(8, 4, false),
                examples -> {
                  throw new OutOfMemoryError("no heap left");
                })
            .build();
    try (BatchStream batches = loader.epoch(0)) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("no heap left");
    }
  }

  @Test
  void refusesACollatorThatLosesExamples() {
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(8),
                new SequentialBatchSampler(8, 4, false),
                (List<Integer> examples) -> collate(examples.subList(0, 3)))
            .build();
    try (BatchStream batches = loader.epoch(0)) {
      assertThatExceptionOfType(DataLoadingException.class)
          .isThrownBy(batches::next)
          .withMessageContaining("a batch of all its examples (given 4, returned 3)");
    }
  }

  @Test
  void buildsAheadNoMoreThanAllowed() throws InterruptedException {
    AtomicInteger built = new AtomicInteger();
    CountDownLatch five = new CountDownLatch(5);
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(40),
                new SequentialBatchSampler(40, 2, false),
                (List<Integer> examples) -> {
                  built.incrementAndGet();
                  five.countDown();
                  return collate(examples);
                })
            .prefetch(3)
            .build();
    try (BatchStream batches = loader.epoch(0)) {
      batches.next();
      // One returned, three in the queue, one in the hands of the waiting thread.
      five.await();
      Thread.sleep(20);
      assertThat(built.get()).isEqualTo(5);
    }
  }

  @Test
  void closingEndsTheThreadInTheMiddleOfAnEpoch() {
    for (int taken = 0; taken < 4; taken++) {
      BatchStream batches = loader(new SequentialBatchSampler(400, 2, false), 0, 2).epoch(0);
      for (int i = 0; i < taken; i++) {
        batches.next();
      }
      assertThat(loaderThreads()).hasSize(1);
      batches.close();
      assertThat(loaderThreads()).as("after %d batches", taken).isEmpty();
      assertThat(batches.hasNext()).isFalse();
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(batches::next)
          .withMessage("data loader: the stream is closed.");
      batches.close();
    }
  }

  @Test
  void closingInterruptsACollatorThatWaits() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(8),
                new SequentialBatchSampler(8, 4, false),
                (List<Integer> examples) -> {
                  entered.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                  }
                  return collate(examples);
                })
            .build();
    BatchStream batches = loader.epoch(0);
    entered.await();
    batches.close();
    assertThat(loaderThreads()).isEmpty();
  }

  @Test
  void anInterruptedCallerGetsAnErrorAndKeepsItsFlag() {
    DataLoader<Integer> loader =
        DataLoader.builder(
                numbers(8),
                new SequentialBatchSampler(8, 4, false),
                (List<Integer> examples) -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                  }
                  return collate(examples);
                })
            .build();
    BatchStream batches = loader.epoch(0);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(DataLoadingException.class)
        .isThrownBy(batches::next)
        .withMessageContaining("interrupted while waiting");
    assertThat(Thread.interrupted()).isTrue();
    batches.close();
    assertThat(loaderThreads()).isEmpty();
  }

  @Test
  void countsExamplesTokensAndPadding() {
    try (BatchStream batches = loader(new SequentialBatchSampler(6, 3, false), 0, 2).epoch(0)) {
      assertThat(batches.stats().paddingShare()).isZero();
      batches.next();
      // Lengths 1, 2, 3 in three rows of 3.
      assertThat(batches.stats()).isEqualTo(new LoaderStats(1, 3, 6, 9));
      batches.next();
      // Lengths 4, 5, 6 in three rows of 6.
      assertThat(batches.stats()).isEqualTo(new LoaderStats(2, 6, 21, 27));
      assertThat(batches.stats().paddingShare()).isCloseTo(6.0 / 27, within(1e-15));
    }
  }

  @Test
  void anEmptyDatasetHasNoBatches() {
    DataLoader<Integer> loader = loader(new RandomBatchSampler(0, 4, false), 0, 2);
    try (BatchStream batches = loader.epoch(0)) {
      assertThat(loader.batchesPerEpoch()).isZero();
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void rejectsASamplerOfAnotherSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DataLoader.builder(
                    numbers(5), new RandomBatchSampler(6, 2, false), DataLoaderTest::collate))
        .withMessage(
            "data loader: dataset and sampler must have the same number of examples (dataset 5,"
                + " sampler 6). Was the sampler made for another split?");
  }

  private static DataLoader<Integer> loader(BatchSampler sampler, long seed, int prefetch) {
    return DataLoader.builder(numbers(sampler.exampleCount()), sampler, DataLoaderTest::collate)
        .seed(seed)
        .prefetch(prefetch)
        .build();
  }

  private static Dataset<Integer> numbers(int size) {
    return Dataset.of(IntStream.range(0, size).boxed().toList());
  }

  /** Example i is a text of i + 1 tokens; the batch holds the numbers of its examples. */
  private static Batch collate(List<Integer> examples) {
    int[] ids = examples.stream().mapToInt(Integer::intValue).toArray();
    int longest = Arrays.stream(ids).max().orElseThrow() + 1;
    return Batch.builder(ids.length)
        .put("ids", HostArray.of(ids, ids.length))
        .tokens(Arrays.stream(ids).sum() + ids.length, (long) longest * ids.length)
        .build();
  }

  private static int[] ids(Batch batch) {
    return batch.get("ids").ints();
  }

  private static List<int[]> rest(BatchStream stream) {
    List<int[]> all = new ArrayList<>();
    try (stream) {
      while (stream.hasNext()) {
        all.add(ids(stream.next()));
      }
    }
    return all;
  }

  private static List<String> loaderThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("bearhug-loader"))
        .toList();
  }
}
