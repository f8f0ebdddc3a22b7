package dev.bearhug.benchmarks.compare;

import dev.bearhug.benchmarks.workload.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The child's end of a comparison: reads requests from standard input until it ends and answers on
 * standard output. Answers start with {@link #MARK}, so that lines of libraries are told apart.
 *
 * <pre>
 *   measure NAME SAMPLES   ->   @bench nanos-of-one-call ...
 *   close                  ->   @bench
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
      if (words[0].equals("measure")) {
        return measure(Cases.named(words[1]), Integer.parseInt(words[2]));
      }
      closeWorkload();
      return "";
    } catch (RuntimeException | LinkageError e) {
      e.printStackTrace();
      return FAILURE + e.toString().replaceAll("\\s+", " ");
    }
  }

  private String measure(Case which, int samples) {
    if (!which.name().equals(openName)) {
      closeWorkload();
      open = source.open(which);
      openName = which.name();
    }
    StringBuilder nanos = new StringBuilder();
    for (int i = 0; i < samples; i++) {
      long start = System.nanoTime();
      open.run();
      double each = (double) (System.nanoTime() - start) / which.callsPerSample();
      nanos.append(i == 0 ? "" : " ").append(each);
    }
    return nanos.toString();
  }

  private void closeWorkload() {
    if (open != null) {
      open.close();
    }
    open = null;
    openName = null;
  }
}
