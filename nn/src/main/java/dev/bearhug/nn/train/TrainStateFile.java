package dev.bearhug.nn.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.nn.data.LoaderState;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code trainer.json} of a checkpoint. Java prints doubles so that they are read back exactly. */
final class TrainStateFile {
  private static final String FORMAT = "bearhug-trainer-1";
  private static final long MAX_BYTES = 1 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Path file;

  private TrainStateFile(Path file) {
    this.file = file;
  }

  static void write(Path file, TrainState state) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("step", state.step()).put("accumulate", state.accumulate());
    LoaderState data = state.data();
    root.putObject("data")
        .put("seed", data.seed())
        .put("epoch", data.epoch())
        .put("batch", data.batch())
        .put("batches_per_epoch", data.batchesPerEpoch());
    root.putObject("random")
        .put("seed", state.random().seed())
        .put("stream", state.random().stream());
    root.put("metric", state.metric());
    ObjectNode best = root.putObject("best");
    best.put("step", state.best().step()).put("without_progress", state.best().withoutProgress());
    if (state.best().step() >= 0) {
      best.put("value", state.best().value());
    }
    root.putObject("epoch_totals")
        .put("loss_sum", state.totals().lossSum())
        .put("loss_steps", state.totals().lossSteps())
        .put("tokens", state.totals().tokens())
        .put("slots", state.totals().slots());
    AtomicFiles.writeString(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is missing or damaged
   */
  static TrainState read(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_BYTES) {
      throw new TrainStateFile(file).damaged("it has " + bytes + " bytes", null);
    }
    return new TrainStateFile(file).parse(Files.readString(file));
  }

  private TrainState parse(String text) throws IOException {
    try {
      JsonNode root = JSON.readTree(text);
      if (!FORMAT.equals(root.path("format").textValue())) {
        throw damaged("its format is " + root.path("format") + ", not " + FORMAT, null);
      }
      JsonNode data = root.path("data");
      JsonNode random = root.path("random");
      return new TrainState(
          count(root, "step"),
          new LoaderState(
              whole(data, "seed"),
              whole(data, "epoch"),
              Math.toIntExact(whole(data, "batch")),
              Math.toIntExact(whole(data, "batches_per_epoch"))),
          new RandomSource.State(whole(random, "seed"), whole(random, "stream")),
          Math.toIntExact(count(root, "accumulate")),
          text(root, "metric"),
          best(root.path("best")),
          totals(root.path("epoch_totals")));
    } catch (JsonProcessingException e) {
      throw damaged("it is no JSON (" + e.getOriginalMessage() + ")", e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private BestValue best(JsonNode best) throws IOException {
    long step = whole(best, "step");
    double value = step >= 0 ? number(best, "value") : Double.NaN;
    return new BestValue(value, step, Math.toIntExact(count(best, "without_progress")));
  }

  private EpochTotals totals(JsonNode totals) throws IOException {
    return new EpochTotals(
        number(totals, "loss_sum"),
        count(totals, "loss_steps"),
        count(totals, "tokens"),
        count(totals, "slots"));
  }

  private long count(JsonNode parent, String field) throws IOException {
    long value = whole(parent, field);
    if (value < 0) {
      throw damaged(field + " is negative: " + value, null);
    }
    return value;
  }

  private long whole(JsonNode parent, String field) throws IOException {
    JsonNode node = parent.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw damaged(field + " must be a whole number and is " + describe(node), null);
    }
    return node.longValue();
  }

  private double number(JsonNode parent, String field) throws IOException {
    JsonNode node = parent.path(field);
    if (!node.isNumber()) {
      throw damaged(field + " must be a number and is " + describe(node), null);
    }
    return node.doubleValue();
  }

  private String text(JsonNode parent, String field) throws IOException {
    JsonNode node = parent.path(field);
    if (!node.isTextual()) {
      throw damaged(field + " must be a text and is " + describe(node), null);
    }
    return node.textValue();
  }

  private static String describe(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  private IOException damaged(String problem, Throwable cause) {
    return new IOException(
        "trainer state: cannot use " + file + ": " + problem + ". Was it written by hand?", cause);
  }
}
