package dev.bearhug.nn.train;

import dev.bearhug.nn.data.HostArray;

/** Counts the class labels that a loss does not ignore. */
final class LabelCount {

  private LabelCount() {}

  static long of(HostArray labels, long ignored, int skipped) {
    long[] shape = labels.shape();
    long row = shape.length == 0 ? 1 : shape[shape.length - 1];
    boolean longs = labels.kind() == HostArray.Kind.LONG;
    int length = longs ? labels.longs().length : labels.ints().length;
    long count = 0;
    for (int i = 0; i < length; i++) {
      long label = longs ? labels.longs()[i] : labels.ints()[i];
      if (label != ignored && i % row >= skipped) {
        count++;
      }
    }
    return count;
  }
}
