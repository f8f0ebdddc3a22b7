package dev.bearhug.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  private static final long SEED = 20_260_101L;

  private static int[] block(long seed, long stream, long counter) {
    int[] out = new int[Philox.WORDS_PER_BLOCK];
    Philox.block(seed, stream, counter, out);
    return out;
  }

  @Test
  void equalsTheKnownAnswersOfRandom123() {
    assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(block(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void everyInputWordMatters() {
    int[] base = block(SEED, 5, 9);
    for (int bit = 0; bit < 64; bit++) {
      long flip = 1L << bit;
      assertThat(block(SEED ^ flip, 5, 9)).as("seed bit %d", bit).isNotEqualTo(base);
      assertThat(block(SEED, 5 ^ flip, 9)).as("stream bit %d", bit).isNotEqualTo(base);
      assertThat(block(SEED, 5, 9 ^ flip)).as("counter bit %d", bit).isNotEqualTo(base);
    }
  }

  @Test
  void uniformCoversZeroToJustBelowOne() {
    assertThat(Philox.uniform(0)).isEqualTo(0f);
    assertThat(Philox.uniform(0xFF)).isEqualTo(0f);
    assertThat(Philox.uniform(0x100)).isEqualTo(0x1.0p-24f);
    assertThat(Philox.uniform(-1)).isEqualTo(1f - 0x1.0p-24f);
    assertThat(Philox.uniform(0x80000000)).isEqualTo(0.5f);
  }

  @Test
  void normalPairFollowsBoxAndMuller() {
    float[] pair = new float[2];
    Philox.normalPair(-1, 0x12345678, pair);
    assertThat(pair[0]).as("u = 1 has radius 0").isEqualTo(0f);
    assertThat(pair[1]).isEqualTo(0f);
    Philox.normalPair(0, 0, pair);
    assertThat(pair[0]).as("largest radius").isEqualTo((float) Math.sqrt(64 * Math.log(2)));
    assertThat(pair[1]).isEqualTo(0f);
    Philox.normalPair(0x7FFFFFFF, 0x40000000, pair);
    assertThat(pair[0]).as("quarter turn").isCloseTo(0f, within(1e-6f));
    assertThat(pair[1]).isEqualTo((float) Math.sqrt(2 * Math.log(2)));
  }

  @Test
  void normalValuesHaveTheMomentsOfTheStandardNormal() {
    int pairs = 100_000;
    int[] words = new int[4];
    float[] pair = new float[2];
    double[] moments = new double[5];
    for (int i = 0; i < pairs; i++) {
      Philox.block(SEED, 1, i, words);
      Philox.normalPair(words[0], words[1], pair);
      for (float value : pair) {
        for (int k = 1; k <= 4; k++) {
          moments[k] += Math.pow(value, k) / (2.0 * pairs);
        }
      }
    }
    String seed = "seed " + SEED;
    assertThat(moments[1]).as(seed).isCloseTo(0, within(0.01));
    assertThat(moments[2]).as(seed).isCloseTo(1, within(0.02));
    assertThat(moments[3]).as(seed).isCloseTo(0, within(0.05));
    assertThat(moments[4]).as(seed).isCloseTo(3, within(0.1));
  }

  @Test
  void boundedRejectsExactlyTheSurplusWords() {
    assertThat(Philox.boundedOrReject(0, 3)).as("2^32 mod 3 is 1: word 0 is surplus").isEqualTo(-1);
    assertThat(Philox.boundedOrReject(1, 3)).isZero();
    assertThat(Philox.boundedOrReject(0x55555555, 3)).isZero();
    assertThat(Philox.boundedOrReject(0x55555556, 3)).isEqualTo(1);
    assertThat(Philox.boundedOrReject(-1, 3)).isEqualTo(2);
    assertThat(Philox.boundedOrReject(0, 1)).isZero();
    assertThat(Philox.boundedOrReject(0, 64)).as("powers of two reject nothing").isZero();
    assertThat(Philox.boundedOrReject(-1, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
    assertThatThrownBy(() -> Philox.boundedOrReject(7, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1, got 0");
  }

  @Test
  void boundedIsUniformForABoundThatDoesNotDivide() {
    PhiloxGenerator random = new PhiloxGenerator(SEED, 2);
    int bound = 7;
    int draws = 70_000;
    int[] count = new int[bound];
    for (int i = 0; i < draws; i++) {
      count[random.nextInt(bound)]++;
    }
    double chiSquare = 0;
    for (int c : count) {
      chiSquare += Math.pow(c - draws / 7.0, 2) / (draws / 7.0);
    }
    assertThat(chiSquare).as("99.9 %% quantile of 6 degrees, seed %d", SEED).isLessThan(22.46);
  }

  @Test
  void generatorReadsTheBlocksInOrder() {
    PhiloxGenerator random = new PhiloxGenerator(SEED, 3);
    for (int counter = 0; counter < 3; counter++) {
      for (int word : block(SEED, 3, counter)) {
        assertThat(random.nextInt()).isEqualTo(word);
      }
    }
    assertThat(random.state()).isEqualTo(new PhiloxGenerator.State(SEED, 3, 12));
  }

  @Test
  void generatorContinuesFromEverySavedState() {
    for (int consumed = 0; consumed < 9; consumed++) {
      PhiloxGenerator random = new PhiloxGenerator(SEED, 4);
      for (int i = 0; i < consumed; i++) {
        random.nextInt();
      }
      PhiloxGenerator resumed = new PhiloxGenerator(random.state());
      assertThat(resumed.nextGaussian()).as("after %d", consumed).isEqualTo(random.nextGaussian());
      assertThat(resumed.nextInt(1000)).isEqualTo(random.nextInt(1000));
      assertThat(resumed.nextFloat()).isEqualTo(random.nextFloat());
      assertThat(resumed.state()).isEqualTo(random.state());
    }
    assertThatThrownBy(() -> new PhiloxGenerator.State(1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got -1");
  }

  @Test
  void shuffleMakesPermutationsOfEqualProbability() {
    PhiloxGenerator random = new PhiloxGenerator(SEED, 5);
    int[] seen = new int[27];
    int draws = 60_000;
    for (int i = 0; i < draws; i++) {
      int[] values = {0, 1, 2};
      random.shuffle(values);
      assertThat(values).containsExactlyInAnyOrder(0, 1, 2);
      seen[values[0] * 9 + values[1] * 3 + values[2]]++;
    }
    for (int code : new int[] {5, 7, 11, 15, 19, 21}) {
      assertThat(seen[code]).as("permutation %d, seed %d", code, SEED).isBetween(9_600, 10_400);
    }
  }

  @Test
  void shuffleOfAListEqualsShuffleOfAnArray() {
    int[] array = new int[100];
    List<Integer> list = new ArrayList<>();
    for (int i = 0; i < array.length; i++) {
      array[i] = i;
      list.add(i);
    }
    new PhiloxGenerator(SEED, 6).shuffle(array);
    new PhiloxGenerator(SEED, 6).shuffle(list);
    assertThat(list)
        .containsExactly(java.util.Arrays.stream(array).boxed().toArray(Integer[]::new));
    assertThat(list).isNotEqualTo(list.stream().sorted().toList());
  }
}
