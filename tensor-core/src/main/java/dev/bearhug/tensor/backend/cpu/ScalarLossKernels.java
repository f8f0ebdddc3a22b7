package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.memory.NativeMemory.getFloat;
import static dev.bearhug.tensor.memory.NativeMemory.getLong;
import static dev.bearhug.tensor.memory.NativeMemory.putFloat;

/** Cross entropy as plain loops with double accumulation. */
final class ScalarLossKernels implements LossKernels {

  @Override
  public void crossEntropyRows(
      long logits,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      long loss,
      long logSumExp,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r++) {
      long row = logits + 4 * r * cols;
      double lse = ScalarSoftmaxKernels.logSumExp(row, cols);
      putFloat(logSumExp + 4 * r, (float) lse);
      long target = getLong(targets + 8 * r);
      if (target == ignoreIndex) {
        putFloat(loss + 4 * r, 0);
        continue;
      }
      checkTarget(target, r, cols);
      double value = (1 - labelSmoothing) * (lse - getFloat(row + 4 * target));
      if (labelSmoothing != 0) {
        double sum = 0;
        for (long c = 0; c < cols; c++) {
          sum += getFloat(row + 4 * c);
        }
        value += labelSmoothing * (lse - sum / cols);
      }
      putFloat(loss + 4 * r, (float) value);
    }
  }

  @Override
  public void crossEntropyGradRows(
      long logits,
      long logSumExp,
      long targets,
      long ignoreIndex,
      float labelSmoothing,
      float scale,
      long rowScale,
      long glogits,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r++) {
      long row = 4 * r * cols;
      long target = getLong(targets + 8 * r);
      boolean ignored = target == ignoreIndex;
      if (!ignored) {
        checkTarget(target, r, cols);
      }
      double factor = rowScale == 0 ? scale : (double) scale * getFloat(rowScale + 4 * r);
      double lse = getFloat(logSumExp + 4 * r);
      double uniform = (double) labelSmoothing / cols;
      for (long c = 0; c < cols; c++) {
        double g = 0;
        if (!ignored) {
          double hit = c == target ? 1 - labelSmoothing : 0;
          g = factor * (Math.exp(getFloat(logits + row + 4 * c) - lse) - hit - uniform);
        }
        putFloat(glogits + row + 4 * c, (float) g);
      }
    }
  }

  /** Rejects a target that would read outside its row. */
  static void checkTarget(long target, long row, long cols) {
    if (target < 0 || target >= cols) {
      throw new IndexOutOfBoundsException(
          "cross_entropy: target %d at row %d is outside [0, %d). Padding labels must equal the"
                  .formatted(target, row, cols)
              + " ignore index. Is the tokenizer larger than the model's vocabulary?");
    }
  }
}
