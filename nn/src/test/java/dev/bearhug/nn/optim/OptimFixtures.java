package dev.bearhug.nn.optim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.tensor.io.SafeTensorsFile;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The reference values of optimizers and clipping. */
final class OptimFixtures {
  private final JsonNode json;
  private final SafeTensorsFile tensors;

  private OptimFixtures(JsonNode json, SafeTensorsFile tensors) {
    this.json = json;
    this.tensors = tensors;
  }

  /** Opens the values or skips the test with a printed line. */
  static OptimFixtures open() throws IOException {
    Path folder = SharedFiles.fixtures("optim");
    return new OptimFixtures(
        new ObjectMapper().readTree(folder.resolve("optim.json").toFile()),
        SafeTensorsFile.open(folder.resolve("optim.safetensors")));
  }

  JsonNode json() {
    return json;
  }

  SafeTensorsFile tensors() {
    return tensors;
  }

  /** Values of a tensor; with {@code row} at least 0 only those of one index of the first axis. */
  float[] floats(String name, int row) {
    TensorEntry entry = tensors.find(name).orElseThrow();
    int rows = row < 0 ? 1 : (int) entry.shape()[0];
    int count = (int) (entry.data().byteSize() / Float.BYTES / rows);
    long start = row < 0 ? 0 : (long) row * count * Float.BYTES;
    return entry
        .data()
        .asSlice(start, (long) count * Float.BYTES)
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
  }
}
