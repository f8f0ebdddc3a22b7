package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.compare.TextSet;
import dev.bearhug.benchmarks.compare.TextSet.Text;
import dev.bearhug.benchmarks.workload.Workload;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** An epoch of training BERT-base on texts, each batch padded to its longest text. */
final class LibtorchRealLengths implements Workload {

  private final LibtorchBert bert;
  private final List<Text> texts;
  private long slots;
  private long tokens;

  LibtorchRealLengths(TextSet set, String dtype) {
    bert = new LibtorchBert(true, dtype, set.classes());
    texts = set.texts();
  }

  @Override
  public void run() {
    slots = 0;
    tokens = 0;
    for (int from = 0; from < texts.size(); from += TextSet.BATCH) {
      try (PointerScope scope = new PointerScope()) {
        bert.run(padded(texts.subList(from, Math.min(from + TextSet.BATCH, texts.size()))));
      }
    }
  }

  private LibtorchBert.Batch padded(List<Text> batch) {
    int rows = batch.size();
    int width = batch.stream().mapToInt(t -> t.ids().length).max().orElseThrow();
    long[] ids = new long[rows * width];
    long[] mask = new long[rows * width];
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      int[] text = batch.get(row).ids();
      for (int i = 0; i < text.length; i++) {
        ids[row * width + i] = text[i];
        mask[row * width + i] = 1;
      }
      labels[row] = batch.get(row).label();
      tokens += text.length;
    }
    slots += (long) rows * width;
    Tensor keys =
        torch
            .tensor(mask)
            .view(rows, 1, 1, width)
            .to(torch.ScalarType.Bool)
            .expand(rows, 1, width, width);
    return new LibtorchBert.Batch(torch.tensor(ids).view(rows, width), keys, torch.tensor(labels));
  }

  @Override
  public Map<String, Double> facts() {
    return Map.of("padding_share", (double) (slots - tokens) / slots);
  }

  @Override
  public void close() {
    bert.close();
  }
}
