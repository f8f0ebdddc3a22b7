package dev.bearhug.tasks.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.tensor.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The summary of a finished run, written as {@code report.json}.
 *
 * @param status how the run ended
 * @param task the task type, for example {@code classification}
 * @param started when the run began, ISO-8601 in UTC
 * @param seconds how long it took
 * @param setup what it ran on
 * @param data what it read
 * @param training what training did; absent when nothing was trained
 * @param evaluation the scores; absent when nothing was evaluated
 * @param warnings what the reader should know, for example truncated texts or missing plots
 * @param files the files of the run folder that belong to the result
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunReport(
    Status status,
    String task,
    String started,
    double seconds,
    Setup setup,
    Data data,
    Training training,
    Evaluation evaluation,
    List<String> warnings,
    List<String> files) {

  private static final long MAX_FILE_BYTES = 64L << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Copies the lists; absent ones become empty. */
  public RunReport {
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
    files = files == null ? List.of() : List.copyOf(files);
  }

  /** How a run ended. */
  public enum Status {
    /** All steps were done. */
    COMPLETED,
    /** The metric stopped improving. */
    STOPPED_EARLY,
    /** An error ended the run; the warnings say which. */
    FAILED
  }

  /**
   * What a run ran on.
   *
   * @param model the model's name or folder
   * @param parameters number of parameters
   * @param trainableParameters number of parameters that training changes
   * @param device the device, for example {@code cpu}
   * @param precision of matrix products: {@code f32} or {@code bf16}
   * @param threads worker threads
   * @param seed the run's seed
   * @param java version of the Java runtime
   * @param system operating system and processor type
   */
  public record Setup(
      String model,
      long parameters,
      long trainableParameters,
      String device,
      String precision,
      int threads,
      long seed,
      String java,
      String system) {}

  /**
   * What a run read.
   *
   * @param trainExamples examples trained on
   * @param devExamples examples judged on
   * @param truncatedExamples examples cut to the length limit
   * @param labels label names in the order of their ids; empty for regression
   */
  public record Data(
      long trainExamples, long devExamples, long truncatedExamples, List<String> labels) {
    /** Copies the labels; an absent list becomes empty. */
    public Data {
      labels = labels == null ? List.of() : List.copyOf(labels);
    }
  }

  /**
   * What training did.
   *
   * @param steps optimizer steps
   * @param epochs passes over the train data, with fraction
   * @param finalLoss training loss at the end
   * @param tokensPerSecond mean speed in real tokens per second
   * @param paddingShare share of padding in the batches, 0 to 1; blocks leave it out
   * @param peakMemoryBytes largest memory in use
   */
  public record Training(
      long steps,
      double epochs,
      double finalLoss,
      double tokensPerSecond,
      double paddingShare,
      long peakMemoryBytes) {}

  /**
   * The scores of a run.
   *
   * @param metric the metric that chose the best checkpoint
   * @param bestValue its best value
   * @param bestStep the step of that value
   * @param metrics all metrics of the best checkpoint by name
   * @param confusion predictions by label; absent unless each example has one label
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Evaluation(
      String metric,
      double bestValue,
      long bestStep,
      Map<String, Double> metrics,
      ConfusionTable confusion) {
    /** Copies the metrics in their order; an absent map becomes empty. */
    public Evaluation {
      metrics =
          metrics == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
  }

  /**
   * Writes the report as a whole; a crash leaves the earlier file or this one.
   *
   * @param file usually {@code report.json} in the run folder
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
      Files.createDirectories(file.toAbsolutePath().getParent());
      AtomicFiles.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "report: cannot write "
              + file
              + " ("
              + e
              + "). Is the disk full or the folder not"
              + " writable?",
          e);
    }
  }

  /**
   * Reads a report; keys of later versions are ignored.
   *
   * @param file a file written by {@link #write}
   * @throws UncheckedIOException if it cannot be read or is not such a report
   */
  public static RunReport read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IOException(Files.size(file) + " bytes exceed the limit of " + MAX_FILE_BYTES);
      }
      return JSON.readValue(file.toFile(), RunReport.class);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "report: cannot read "
              + file
              + " ("
              + e.getMessage()
              + "). Is it the report.json of a"
              + " run?",
          e);
    }
  }
}
