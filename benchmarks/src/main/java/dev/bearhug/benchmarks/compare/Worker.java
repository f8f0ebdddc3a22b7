package dev.bearhug.benchmarks.compare;

import dev.bearhug.benchmarks.workload.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The child's end of a comparison: reads requests from standard input until it ends and answers on
 * standard output. Answers start with {@link #MARK}, so that lines of libraries are told apart.
 *
 * <pre>
 *   measure NAME TYPE CALLS SAMPLES   ->   @bench nanos-of-one-call ...
 *   facts                             ->   @bench KEY=VALUE ...
 *   close                             ->   @bench
 * </pre>
 */
public final class Worker {

  /** Start of every answer. */
  static final String MARK = "@bench ";

  /** Start of an answer that says what went wrong. */
  static final String FAILURE = "failure ";

  private final WorkloadSource source;
  private String openName;
  private Workload open;
  private long memoryBefore;

  private Worker(WorkloadSource source) {
    this.source = source;
  }

  /** Serves requests until standard input ends. */
  public static void serve(WorkloadSource source) throws IOException {
    new Worker(source).run(System.out);
  }

  private void run(PrintStream out) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    out.println(MARK + source.describe());
    try {
      String line;
      while ((line = in.readLine()) != null) {
        out.println(MARK + answer(line));
      }
    } finally {
      closeWorkload();
    }
  }

  private String answer(String line) {
    try {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "measure" -> {
          return measure(
              words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]));
        }
        case "facts" -> {
          return facts();
        }
        default -> {
          closeWorkload();
          return "";
        }
      }
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      return FAILURE + e.toString().replaceAll("\\s+", " ");
    }
  }

  private String measure(String name, String dtype, int calls, int samples) {
    if (!(name + dtype).equals(openName)) {
      closeWorkload();
      memoryBefore = ProcessMemory.resident();
      open = source.open(name, dtype);
      openName = name + dtype;
    }
    StringBuilder nanos = new StringBuilder();
    for (int i = 0; i < samples; i++) {
      long start = System.nanoTime();
      open.run();
      double each = (double) (System.nanoTime() - start) / calls;
      nanos.append(i == 0 ? "" : " ").append(each);
    }
    return nanos.toString();
  }

  private String facts() {
    Map<String, Double> facts = new TreeMap<>(open.facts());
    if (ProcessMemory.isKnown()) {
      facts.put(Side.PEAK, (double) (ProcessMemory.peak() - memoryBefore));
    }
    StringBuilder s = new StringBuilder();
    facts.forEach((key, value) -> s.append(key).append('=').append(value).append(' '));
    return s.toString().strip();
  }

  private void closeWorkload() {
    if (open != null) {
      open.close();
    }
    open = null;
    openName = null;
  }
}
