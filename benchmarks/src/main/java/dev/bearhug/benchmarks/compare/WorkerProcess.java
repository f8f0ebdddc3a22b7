package dev.bearhug.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The parent's end of a comparison: a child process that measures on request. */
final class WorkerProcess implements AutoCloseable {

  private static final long SECONDS_TO_END = 20;
  private static final int LINES_KEPT = 15;

  /** What every virtual machine with the vector module says first. */
  private static final String INCUBATOR = "WARNING: Using incubator modules";

  private final String side;
  private final Process process;
  private final PrintStream requests;
  private final BufferedReader answers;
  private final PrintWriter log;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final Thread messages;
  private final String description;

  /**
   * Starts a child.
   *
   * @param side what messages call it
   * @param builder command and environment
   * @param log where its own messages go
   * @throws IOException if it cannot be started or ends before it is ready
   */
  WorkerProcess(String side, ProcessBuilder builder, PrintWriter log) throws IOException {
    this.side = side;
    this.log = log;
    process = builder.start();
    requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers = reader(process.getInputStream());
    BufferedReader errors = reader(process.getErrorStream());
    messages = Thread.ofPlatform().daemon().name(side + "-messages").start(() -> keep(errors));
    try {
      description = answer();
    } catch (IOException e) {
      process.destroy();
      throw e;
    }
  }

  private static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** What the child says of itself. */
  String description() {
    return description;
  }

  /** Times of single calls in milliseconds. */
  double[] measure(Case which, String dtype, int samples) throws IOException {
    String request =
        String.join(
            " ",
            "measure",
            which.nameOnAllThreads(),
            dtype,
            Integer.toString(which.callsPerSample()),
            Integer.toString(samples));
    String[] nanos = ask(request).split(" ");
    double[] millis = new double[nanos.length];
    for (int i = 0; i < nanos.length; i++) {
      millis[i] = Double.parseDouble(nanos[i]) / 1e6;
    }
    return millis;
  }

  /** Other figures of the present case. */
  Map<String, Double> facts() throws IOException {
    Map<String, Double> facts = new TreeMap<>();
    for (String fact : ask("facts").split(" ")) {
      int equals = fact.indexOf('=');
      if (equals > 0) {
        facts.put(fact.substring(0, equals), Double.valueOf(fact.substring(equals + 1)));
      }
    }
    return facts;
  }

  /** Lets the child give back the memory of the last case. */
  void release() throws IOException {
    ask("close");
  }

  /** Whether the child has not ended. */
  boolean isAlive() {
    return process.isAlive();
  }

  private String ask(String request) throws IOException {
    requests.println(request);
    return answer();
  }

  private String answer() throws IOException {
    String line;
    while ((line = answers.readLine()) != null) {
      if (line.startsWith(Worker.MARK)) {
        String text = line.substring(Worker.MARK.length());
        if (text.startsWith(Worker.FAILURE)) {
          throw new IOException(side + ": " + text.substring(Worker.FAILURE.length()));
        }
        return text;
      }
      keep(line);
    }
    throw new IOException(side + ": the process ended " + ending() + lastWords());
  }

  private String ending() {
    try {
      return process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)
          ? "with status " + process.exitValue() + " before it answered."
          : "its output before it answered.";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "before it answered.";
    }
  }

  private String lastWords() {
    try {
      messages.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (lastLines) {
      return lastLines.isEmpty()
          ? " It printed nothing."
          : " Its last lines:\n  " + String.join("\n  ", lastLines);
    }
  }

  private void keep(BufferedReader errors) {
    try (errors) {
      String line;
      while ((line = errors.readLine()) != null) {
        keep(line);
      }
    } catch (IOException e) {
      keep("(its messages could not be read: " + e.getMessage() + ")");
    }
  }

  private void keep(String line) {
    if (line.contains(INCUBATOR)) {
      return;
    }
    synchronized (lastLines) {
      if (lastLines.size() == LINES_KEPT) {
        lastLines.removeFirst();
      }
      lastLines.addLast(line);
    }
    log.println("  " + side + ": " + line);
    log.flush();
  }

  @Override
  public void close() {
    requests.close();
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
