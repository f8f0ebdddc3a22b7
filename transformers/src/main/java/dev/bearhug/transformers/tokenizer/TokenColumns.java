package dev.bearhug.transformers.tokenizer;

/** The parallel arrays of an encoding; whoever holds one never writes to them. */
record TokenColumns(
    int[] ids,
    int[] typeIds,
    int[] specialTokensMask,
    int[] starts,
    int[] ends,
    int[] wordIds,
    int[] sequenceIds) {

  int size() {
    return ids.length;
  }

  /** Returns the rows at the given positions, in that order. */
  TokenColumns select(int[] rows) {
    return new TokenColumns(
        pick(ids, rows),
        pick(typeIds, rows),
        pick(specialTokensMask, rows),
        pick(starts, rows),
        pick(ends, rows),
        pick(wordIds, rows),
        pick(sequenceIds, rows));
  }

  private static int[] pick(int[] values, int[] rows) {
    int[] picked = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      picked[i] = values[rows[i]];
    }
    return picked;
  }
}
