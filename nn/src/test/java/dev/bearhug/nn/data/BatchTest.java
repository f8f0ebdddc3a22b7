package dev.bearhug.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class BatchTest {

  @Test
  void holdsArraysOfEveryKind() {
    Batch batch =
        Batch.builder(2)
            .put("scores", HostArray.of(new float[] {1, 2}, 2, 1))
            .put("positions", HostArray.of(new int[] {3}, 1))
            .put("input_ids", HostArray.of(new long[] {4, 5, 6, 7, 8, 9}, 2, 3))
            .put("mask", HostArray.of(new boolean[] {true}))
            .tokens(5, 6)
            .build();
    assertThat(batch.names()).containsExactly("scores", "positions", "input_ids", "mask");
    assertThat(batch.get("scores").floats()).containsExactly(1, 2);
    assertThat(batch.get("positions").ints()).containsExactly(3);
    assertThat(batch.get("input_ids").longs()).containsExactly(4, 5, 6, 7, 8, 9);
    assertThat(batch.get("input_ids").shape()).containsExactly(2, 3);
    assertThat(batch.get("mask").booleans()).containsExactly(true);
    assertThat(batch.get("mask").shape()).isEmpty();
    assertThat(batch.get("mask").kind()).isEqualTo(HostArray.Kind.BOOLEAN);
    assertThat(batch.examples()).isEqualTo(2);
    assertThat(batch.tokens()).isEqualTo(5);
    assertThat(batch.padding()).isEqualTo(1);
    assertThat(batch.slots()).isEqualTo(6);
    assertThat(batch.has("mask")).isTrue();
    assertThat(batch.has("labels")).isFalse();
  }

  @Test
  void namesTheArraysWhenOneIsMissing() {
    Batch batch = Batch.builder(1).put("input_ids", HostArray.of(new long[] {1}, 1)).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> batch.get("inputids"))
        .withMessage(
            "batch: there is no array 'inputids' (there are: input_ids). Did you mean"
                + " input_ids?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> batch.get("labels"))
        .withMessageEndingWith("Does the collator of this task add it?");
  }

  @Test
  void refusesAShapeThatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostArray.of(new float[5], 2, 3))
        .withMessage(
            "host array: the sizes of the shape must multiply to the array's length (shape [2, 3],"
                + " length 5).");
    assertThatIllegalArgumentException().isThrownBy(() -> HostArray.of(new int[2], -1, -2));
    assertThatIllegalArgumentException().isThrownBy(() -> HostArray.of(new int[0]));
    // 2^32 * 2^32 is 0 modulo 2^64.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostArray.of(new int[0], 1L << 32, 1L << 32));
    assertThat(HostArray.of(new int[0], 0, 7).shape()).containsExactly(0, 7);
  }

  @Test
  void refusesReadingAnotherKind() {
    assertThatIllegalStateException()
        .isThrownBy(() -> HostArray.of(new int[2], 2).longs())
        .withMessage("host array: holds INT[2], not LONG. Read it by the accessor of its kind.");
  }

  @Test
  void refusesContradictions() {
    assertThatIllegalArgumentException().isThrownBy(() -> Batch.builder(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Batch.builder(1).tokens(3, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Batch.builder(1)
                    .put("x", HostArray.of(new int[1], 1))
                    .put("x", HostArray.of(new int[1], 1)))
        .withMessageContaining("'x' was added twice");
  }
}
