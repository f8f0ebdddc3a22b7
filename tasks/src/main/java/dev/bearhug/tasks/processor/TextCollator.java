package dev.bearhug.tasks.processor;

import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.Collator;
import dev.bearhug.nn.data.HostArray;
import java.util.Arrays;
import java.util.List;

/**
 * Pads texts to the longest of their batch.
 *
 * <p>Arrays: {@code input_ids}, {@code attention_mask}, {@code token_type_ids}, longs of shape
 * {@code [batch, tokens]}; and {@code labels} when every example has one: longs {@code [batch]} for
 * classes, floats {@code [batch, classes]} for sets of classes, floats {@code [batch]} for numbers.
 */
public final class TextCollator implements Collator<TextFeatures> {

  private final int padId;
  private final LabelType type;
  private final int outputs;

  /**
   * Creates a collator.
   *
   * @param padId token id of padding
   * @param type form of the labels
   * @param outputs number of classes, or 1 for numbers
   */
  public TextCollator(int padId, LabelType type, int outputs) {
    this.padId = padId;
    this.type = type;
    this.outputs = outputs;
  }

  @Override
  public Batch collate(List<TextFeatures> examples) {
    int rows = examples.size();
    int width = examples.stream().mapToInt(TextFeatures::length).max().orElseThrow();
    long[] ids = new long[Math.multiplyExact(rows, width)];
    long[] mask = new long[ids.length];
    long[] types = new long[ids.length];
    if (padId != 0) {
      Arrays.fill(ids, padId);
    }
    long tokens = 0;
    for (int row = 0; row < rows; row++) {
      TextFeatures example = examples.get(row);
      int start = row * width;
      int length = example.length();
      for (int i = 0; i < length; i++) {
        ids[start + i] = example.tokenIds()[i];
        types[start + i] = example.typeIds()[i];
      }
      Arrays.fill(mask, start, start + length, 1);
      tokens += length;
    }
    Batch.Builder batch =
        Batch.builder(rows)
            .put("input_ids", HostArray.of(ids, rows, width))
            .put("attention_mask", HostArray.of(mask, rows, width))
            .put("token_type_ids", HostArray.of(types, rows, width))
            .tokens(tokens, ids.length);
    if (examples.stream().allMatch(TextFeatures::isLabelled)) {
      batch.put("labels", labels(examples));
    }
    return batch.build();
  }

  private HostArray labels(List<TextFeatures> examples) {
    int rows = examples.size();
    if (type == LabelType.SINGLE) {
      return HostArray.of(
          examples.stream().mapToLong(example -> (long) example.target()[0]).toArray(), rows);
    }
    float[] values = new float[rows * outputs];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(examples.get(row).target(), 0, values, row * outputs, outputs);
    }
    return type == LabelType.MULTI
        ? HostArray.of(values, rows, outputs)
        : HostArray.of(values, rows);
  }
}
