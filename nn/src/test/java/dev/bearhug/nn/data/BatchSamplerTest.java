package dev.bearhug.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bearhug.tensor.backend.PhiloxGenerator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSamplerTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -7, Long.MAX_VALUE, 20_240_607})
  void everyExampleIsInExactlyOneBatchOfAnEpoch(long seed) {
    PhiloxGenerator sizes = new PhiloxGenerator(seed, 1);
    for (int round = 0; round < 40; round++) {
      int examples = sizes.nextInt(200);
      int batchSize = 1 + sizes.nextInt(20);
      for (BatchSampler sampler : samplers(skewedLengths(examples, seed), batchSize, false)) {
        String label = label(sampler, seed, examples, batchSize);
        BatchPlan plan = sampler.plan(seed, round);
        assertThat(plan.size()).as(label).isEqualTo(sampler.batchesPerEpoch());
        assertThat(flatten(plan))
            .as(label)
            .containsExactlyInAnyOrderElementsOf(IntStream.range(0, examples).boxed().toList());
        for (int batch = 0; batch + 1 < plan.size(); batch++) {
          assertThat(plan.batch(batch)).as(label).hasSize(batchSize);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 11})
  void droppingTheLastBatchLeavesOnlyFullOnes(long seed) {
    PhiloxGenerator sizes = new PhiloxGenerator(seed, 2);
    for (int round = 0; round < 40; round++) {
      int batchSize = 1 + sizes.nextInt(20);
      int examples = batchSize + sizes.nextInt(200);
      for (BatchSampler sampler : samplers(skewedLengths(examples, seed), batchSize, true)) {
        String label = label(sampler, seed, examples, batchSize);
        BatchPlan plan = sampler.plan(seed, round);
        assertThat(plan.size()).as(label).isEqualTo(examples / batchSize);
        List<Integer> seen = flatten(plan);
        assertThat(seen).as(label).hasSize(plan.size() * batchSize).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void sequentialBatchesFollowTheDataset() {
    BatchPlan plan = new SequentialBatchSampler(5, 2, false).plan(9, 3);
    assertThat(plan.batch(0)).containsExactly(0, 1);
    assertThat(plan.batch(1)).containsExactly(2, 3);
    assertThat(plan.batch(2)).containsExactly(4);
  }

  @Test
  void randomOrderDependsOnSeedAndEpochAlone() {
    BatchSampler sampler = new RandomBatchSampler(50, 8, false);
    Set<List<Integer>> orders = new HashSet<>();
    for (long seed = 0; seed < 5; seed++) {
      for (long epoch = 0; epoch < 5; epoch++) {
        List<Integer> order = flatten(sampler.plan(seed, epoch));
        orders.add(order);
        assertThat(flatten(new RandomBatchSampler(50, 8, false).plan(seed, epoch)))
            .isEqualTo(order);
      }
    }
    assertThat(orders).hasSize(25);
  }

  @Test
  void shuffledBatchesKeepTheirExamplesAndBothEnds() {
    int[] lengths = skewedLengths(203, 5);
    BatchSampler grouped = new LengthGroupedBatchSampler(lengths, 10, false);
    BatchPlan before = grouped.plan(5, 2);
    BatchPlan after = new ShuffledBatchSampler(grouped).plan(5, 2);
    assertThat(batches(after)).containsExactlyInAnyOrderElementsOf(batches(before));
    assertThat(batches(after)).isNotEqualTo(batches(before));
    assertThat(after.batch(0)).isEqualTo(before.batch(0));
    assertThat(after.batch(20)).isEqualTo(before.batch(20)).hasSize(3);
    assertThat(batches(new ShuffledBatchSampler(grouped).plan(5, 2))).isEqualTo(batches(after));
    BatchSampler shuffled = new ShuffledBatchSampler(new SequentialBatchSampler(203, 10, false));
    assertThat(batches(shuffled.plan(5, 3))).isNotEqualTo(batches(shuffled.plan(5, 4)));
  }

  private static List<List<Integer>> batches(BatchPlan plan) {
    return IntStream.range(0, plan.size())
        .mapToObj(batch -> IntStream.of(plan.batch(batch)).boxed().toList())
        .toList();
  }

  @Test
  void randomOrderStaysTheSameBetweenVersions() {
    // Resuming a run with a later release must give the same batches.
    assertThat(flatten(new RandomBatchSampler(10, 4, false).plan(42, 0)))
        .containsExactly(8, 6, 1, 7, 0, 3, 2, 4, 9, 5);
  }

  @Test
  void randomOrderIsUniform() {
    int[][] counts = new int[6][6];
    int rounds = 6_000;
    for (int epoch = 0; epoch < rounds; epoch++) {
      List<Integer> order = flatten(new RandomBatchSampler(6, 6, false).plan(1, epoch));
      for (int place = 0; place < 6; place++) {
        counts[order.get(place)][place]++;
      }
    }
    double chiSquare = 0;
    for (int[] row : counts) {
      for (int count : row) {
        chiSquare += Math.pow(count - rounds / 6.0, 2) / (rounds / 6.0);
      }
    }
    // 25 degrees of freedom: above 60 with probability 1e-4.
    assertThat(chiSquare).isLessThan(60);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void groupingByLengthNeedsFarLessPadding(long seed) {
    int[] lengths = skewedLengths(2_000, seed);
    double random = paddingShare(new RandomBatchSampler(2_000, 16, false).plan(seed, 0), lengths);
    double grouped =
        paddingShare(new LengthGroupedBatchSampler(lengths, 16, false).plan(seed, 0), lengths);
    assertThat(grouped).as("seed %d, random order %f", seed, random).isLessThan(random / 4);
  }

  @Test
  void sortsEachMegabatchByFallingLength() {
    int[] lengths = skewedLengths(100, 8);
    List<Integer> order =
        flatten(new LengthGroupedBatchSampler(lengths, 4, false, 5, false).plan(8, 2));
    List<Integer> shuffled = flatten(new RandomBatchSampler(100, 4, false).plan(8, 2));
    for (int from = 0; from < 100; from += 20) {
      List<Integer> expected = new ArrayList<>(shuffled.subList(from, from + 20));
      expected.sort((a, b) -> Integer.compare(lengths[b], lengths[a]));
      assertThat(order.subList(from, from + 20)).as("megabatch at %d", from).isEqualTo(expected);
    }
  }

  @Test
  void longestExampleComesFirst() {
    for (long seed = 0; seed < 20; seed++) {
      int[] lengths = skewedLengths(300, seed);
      lengths[(int) (seed * 13)] = 100_000;
      BatchPlan plan = new LengthGroupedBatchSampler(lengths, 3, false, 4, true).plan(seed, 0);
      assertThat(plan.batch(0)[0]).as("seed %d", seed).isEqualTo((int) (seed * 13));
    }
  }

  @Test
  void megabatchesShrinkForSmallDatasets() {
    int[] lengths = skewedLengths(80, 4);
    // 80 / (4 * 4) = 5 batches are sorted together, as in the reference.
    assertThat(flatten(new LengthGroupedBatchSampler(lengths, 4, false).plan(1, 0)))
        .isEqualTo(flatten(new LengthGroupedBatchSampler(lengths, 4, false, 5, true).plan(1, 0)));
    assertThat(flatten(new LengthGroupedBatchSampler(new int[] {3, 9}, 4, false).plan(1, 0)))
        .containsExactly(1, 0);
  }

  @Test
  void rejectsImpossibleSettings() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomBatchSampler(3, 0, false))
        .withMessageContaining("batch size of at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomBatchSampler(3, 4, true))
        .withMessage(
            "batch sampler: dropping the short last batch leaves none (examples 3, batch size 4)."
                + " The data set is smaller than one batch. Use a smaller batch size or keep the"
                + " last batch.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LengthGroupedBatchSampler(new int[] {1, -1}, 4, false))
        .withMessageContaining("example 1, length -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LengthGroupedBatchSampler(new int[] {1}, 4, false, 0, true))
        .withMessageContaining("megabatch");
  }

  private static List<BatchSampler> samplers(int[] lengths, int batchSize, boolean dropLast) {
    return List.of(
        new SequentialBatchSampler(lengths.length, batchSize, dropLast),
        new RandomBatchSampler(lengths.length, batchSize, dropLast),
        new LengthGroupedBatchSampler(lengths, batchSize, dropLast),
        new LengthGroupedBatchSampler(lengths, batchSize, dropLast, 3, false),
        new ShuffledBatchSampler(new LengthGroupedBatchSampler(lengths, batchSize, dropLast)));
  }

  private static String label(BatchSampler sampler, long seed, int examples, int batchSize) {
    return String.format(
        "%s, seed %d, %d examples by %d",
        sampler.getClass().getSimpleName(), seed, examples, batchSize);
  }

  /** Mostly short with a long tail, like sentences. */
  private static int[] skewedLengths(int examples, long seed) {
    PhiloxGenerator random = new PhiloxGenerator(seed, 77);
    int[] lengths = new int[examples];
    for (int i = 0; i < examples; i++) {
      lengths[i] = 4 + (int) (-25 * Math.log(1 - random.nextFloat()));
    }
    return lengths;
  }

  private static double paddingShare(BatchPlan plan, int[] lengths) {
    long tokens = 0;
    long slots = 0;
    for (int batch = 0; batch < plan.size(); batch++) {
      int longest = 0;
      for (int index : plan.batch(batch)) {
        tokens += lengths[index];
        longest = Math.max(longest, lengths[index]);
      }
      slots += (long) longest * plan.batch(batch).length;
    }
    return (double) (slots - tokens) / slots;
  }

  private static List<Integer> flatten(BatchPlan plan) {
    List<Integer> all = new ArrayList<>();
    for (int batch = 0; batch < plan.size(); batch++) {
      for (int index : plan.batch(batch)) {
        all.add(index);
      }
    }
    return all;
  }
}
