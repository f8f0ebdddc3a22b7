package dev.bearhug.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The parent's end of a comparison: a child process that measures on request. */
final class WorkerProcess implements AutoCloseable {

  private static final long SECONDS_TO_END = 20;

  private final String side;
  private final Process process;
  private final PrintStream requests;
  private final BufferedReader answers;
  private final String description;

  /**
   * Starts a child.
   *
   * @param side what messages call it
   * @param builder command and environment
   * @throws IOException if it cannot be started or ends before it is ready
   */
  WorkerProcess(String side, ProcessBuilder builder) throws IOException {
    this.side = side;
    process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      description = answer();
    } catch (IOException e) {
      process.destroy();
      throw e;
    }
  }

  /** What the child says of itself. */
  String description() {
    return description;
  }

  /** Times of single calls in milliseconds. */
  double[] measure(Case which, int samples) throws IOException {
    requests.println("measure " + which.name() + " " + samples);
    String[] nanos = answer().split(" ");
    double[] millis = new double[nanos.length];
    for (int i = 0; i < nanos.length; i++) {
      millis[i] = Double.parseDouble(nanos[i]) / 1e6;
    }
    return millis;
  }

  /** Lets the child give back the memory of the last case. */
  void release() throws IOException {
    requests.println("close");
    answer();
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
      System.err.println(side + ": " + line);
    }
    throw new IOException(
        side + ": the child process ended before it answered; its messages are above.");
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
