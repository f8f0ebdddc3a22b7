package dev.bearhug.tasks.processor;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tensor.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes predictions as JSON lines, or as CSV where the name of the file ends in {@code .csv}.
 *
 * <p>JSON keys: {@code id}, {@code label} with {@code probability} (one class), {@code labels} (a
 * set) or {@code value} (a number), {@code probabilities} by class, and {@code expected} where the
 * truth is known. CSV has the same columns, one for each class, and a header.
 */
public final class PredictionWriter {

  private static final JsonMapper MAPPER = new JsonMapper();

  private PredictionWriter() {}

  /**
   * Writes a file as a whole; an earlier one is replaced.
   *
   * @param file the file; its folder exists
   * @param predictions what to write, in order
   * @param labels the classes
   * @throws UncheckedIOException when the file cannot be written
   */
  public static void write(Path file, List<Prediction> predictions, LabelSet labels) {
    boolean csv = file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    StringBuilder text = new StringBuilder();
    if (csv) {
      appendRow(text, header(labels));
    }
    for (Prediction prediction : predictions) {
      if (csv) {
        appendRow(text, row(prediction, labels));
      } else {
        text.append(toJson(prediction, labels)).append('\n');
      }
    }
    try {
      AtomicFiles.writeBytes(file, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "predictions: cannot write "
              + file
              + " ("
              + e.getMessage()
              + "). Is the disk full or the folder not writable?",
          e);
    }
  }

  /** Returns one prediction as a JSON object. */
  public static ObjectNode toJson(Prediction prediction, LabelSet labels) {
    ObjectNode node = MAPPER.createObjectNode();
    if (prediction.id() != null) {
      node.put("id", prediction.id());
    }
    switch (labels.type()) {
      case SINGLE -> {
        String label = prediction.labels().get(0);
        node.put("label", label);
        node.put("probability", rounded(prediction.probabilities().get(label)));
      }
      case MULTI -> put(node.putArray("labels"), prediction.labels());
      case REGRESSION -> node.put("value", prediction.value().floatValue());
      case AUTO -> throw new IllegalStateException("a label set always has a definite type");
    }
    if (!prediction.probabilities().isEmpty()) {
      ObjectNode probabilities = node.putObject("probabilities");
      prediction.probabilities().forEach((name, share) -> probabilities.put(name, rounded(share)));
    }
    if (prediction.expectedValue() != null) {
      node.put("expected", prediction.expectedValue().floatValue());
    } else if (prediction.expectedLabels() != null && labels.type() == LabelType.MULTI) {
      put(node.putArray("expected"), prediction.expectedLabels());
    } else if (prediction.expectedLabels() != null) {
      node.put("expected", prediction.expectedLabels().get(0));
    }
    return node;
  }

  private static void put(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  private static List<String> header(LabelSet labels) {
    List<String> columns = new ArrayList<>(List.of("id"));
    columns.add(labels.type() == LabelType.REGRESSION ? "value" : "label");
    columns.add("expected");
    labels.names().forEach(name -> columns.add("p:" + name));
    return columns;
  }

  private static List<String> row(Prediction prediction, LabelSet labels) {
    List<String> cells = new ArrayList<>();
    cells.add(prediction.id() == null ? "" : prediction.id());
    if (labels.type() == LabelType.REGRESSION) {
      cells.add(Float.toString(prediction.value().floatValue()));
      Double expected = prediction.expectedValue();
      cells.add(expected == null ? "" : Float.toString(expected.floatValue()));
    } else {
      cells.add(String.join("|", prediction.labels()));
      List<String> expected = prediction.expectedLabels();
      cells.add(expected == null ? "" : String.join("|", expected));
    }
    prediction.probabilities().values().forEach(share -> cells.add("" + rounded(share)));
    return cells;
  }

  private static void appendRow(StringBuilder text, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      text.append(i == 0 ? "" : ",").append(quoted(cells.get(i)));
    }
    text.append('\n');
  }

  /** Quotes a cell by RFC 4180 where it needs it. */
  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  /** Six digits: more would show the rounding of 32-bit arithmetic. */
  private static double rounded(double share) {
    return Math.round(share * 1e6) / 1e6;
  }
}
