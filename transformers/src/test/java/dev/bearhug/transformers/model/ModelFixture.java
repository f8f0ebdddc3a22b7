package dev.bearhug.transformers.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One task folder of the model fixtures: files, inputs and comparisons with their tolerances. */
record ModelFixture(Path folder) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** All task folders of an architecture, in order of their names. */
  static List<ModelFixture> of(String architecture) throws IOException {
    Path root = SharedFiles.fixtures(architecture);
    List<ModelFixture> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root, 2)) {
      files
          .filter(p -> Files.isRegularFile(p.resolve("expected.safetensors")))
          .sorted()
          .forEach(p -> found.add(new ModelFixture(p)));
    }
    return found;
  }

  JsonNode json(String name) throws IOException {
    return JSON.readTree(Files.readAllBytes(folder.resolve(name)));
  }

  boolean has(String name) {
    return Files.exists(folder.resolve(name));
  }

  TensorMap tensors(String name) throws IOException {
    return TensorFiles.load(folder.resolve(name));
  }

  /** The tensors on a device, the mapped originals closed. */
  static TensorMap on(Device device, TensorMap map) {
    TensorMap moved = new TensorMap();
    for (String name : map.names()) {
      Tensor t = map.get(name);
      moved.put(name, t.to(device));
    }
    return moved;
  }

  /** Compares with {@code |a - b| <= atol + rtol * |b|} where {@code counts} holds. */
  static void assertClose(
      String what, float[] actual, float[] expected, double rtol, double atol, boolean[] counts) {
    assertThat(actual.length).as(what + ": number of values").isEqualTo(expected.length);
    int worst = -1;
    double excess = 0;
    for (int i = 0; i < actual.length; i++) {
      if (counts != null && !counts[(int) ((long) i * counts.length / actual.length)]) {
        continue;
      }
      double difference = Math.abs((double) actual[i] - expected[i]);
      double over = difference - (atol + rtol * Math.abs(expected[i]));
      if (!(over <= 0) && !(over <= excess) || Double.isNaN(over)) {
        worst = i;
        excess = over;
      }
    }
    if (worst >= 0) {
      throw new AssertionError(
          what
              + ": value "
              + worst
              + " is "
              + actual[worst]
              + ", expected "
              + expected[worst]
              + " within rtol "
              + rtol
              + " and atol "
              + atol);
    }
  }

  static double largest(float[] values) {
    double m = 0;
    for (float v : values) {
      m = Math.max(m, Math.abs(v));
    }
    return m;
  }

  @Override
  public String toString() {
    return folder.getParent().getParent().getFileName()
        + "/"
        + folder.getParent().getFileName()
        + "/"
        + folder.getFileName();
  }
}
