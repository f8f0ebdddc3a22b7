package dev.bearhug.tasks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * The program behind {@code bearhug bench cpu}, found by {@link java.util.ServiceLoader}: it needs
 * libraries that nothing else does, so it is built apart.
 */
public interface CpuBenchmark {

  /**
   * Measures and reports.
   *
   * @param request what to measure
   * @param out for the list of cases or the table
   * @param err for progress
   * @return an exit status of {@link ExitCodes}
   * @throws IOException if a report cannot be written or a measuring process cannot be started
   * @throws UsageException if no case fits the filters
   */
  int run(Request request, PrintWriter out, PrintWriter err) throws IOException;

  /**
   * What to measure and where to write it.
   *
   * @param filters parts of names of cases, or patterns with {@code *} and {@code ?}; empty for all
   * @param list whether to list the cases only
   * @param peer whether to measure the peer too
   * @param rounds turns of each side, at least 1
   * @param seconds about how long a turn lasts, above 0
   * @param threads threads of each side, at least 1
   * @param output folder of the reports
   * @param json another file for the records, or null
   * @param command the command line, for the reports
   */
  record Request(
      List<String> filters,
      boolean list,
      boolean peer,
      int rounds,
      double seconds,
      int threads,
      Path output,
      Path json,
      String command) {

    /** Copies the list. */
    public Request {
      filters = List.copyOf(filters);
    }
  }
}
