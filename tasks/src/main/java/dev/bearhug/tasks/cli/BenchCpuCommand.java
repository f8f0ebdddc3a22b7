package dev.bearhug.tasks.cli;

import dev.bearhug.tensor.backend.cpu.WorkerPool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bearhug bench cpu}: the CPU engine beside libtorch. */
@Command(
    name = "cpu",
    sortOptions = false,
    description = {
      "Measures the CPU engine and libtorch side by side.",
      "",
      "Both run as processes that take turns; the limits of this machine (matrix products, copying)"
          + " are measured in the same run. Writes a table, records and a plot. The first run"
          + " downloads libtorch (110 MB); no other command needs it.",
      "",
      "The cases with real texts read the folders sst2, ag_news and tokenizers below the folder that"
          + " -Dbearhug.data names (in BEARHUG_JAVA_OPTS); without them lengths are made up."
    })
final class BenchCpuCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--filter",
      paramLabel = "NAME",
      description =
          "Only cases whose name contains this, or fits it where it has * or ?; may be repeated.")
  private List<String> filters = new ArrayList<>();

  @Option(names = "--list", description = "List the cases and end.")
  private boolean list;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the records to this file too.")
  private Path json;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "runs/bench-cpu",
      description = "Folder of the reports, overwritten (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Turns of each side (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.5",
      description =
          "About how long a turn lasts; at least one call is made (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each side (default: all processors).")
  private Integer threads;

  @Option(
      names = "--no-peer",
      description = "Measure this engine only; libtorch is not downloaded.")
  private boolean withoutPeer;

  @Override
  public Integer call() throws IOException {
    int used = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (used < 1 || used > WorkerPool.MAX_THREADS) {
      throw new UsageException(
          "--threads must lie between 1 and " + WorkerPool.MAX_THREADS + " (is " + used + ").");
    }
    if (rounds < 1) {
      throw new UsageException("--rounds must be at least 1 (is " + rounds + ").");
    }
    if (!(seconds > 0) || Double.isInfinite(seconds)) {
      throw new UsageException("--seconds must be above 0 (is " + seconds + ").");
    }
    CpuBenchmark benchmark =
        ServiceLoader.load(CpuBenchmark.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new MissingPartException(
                        "bench: the benchmarks are not in this build (only the launcher adds them)."
                            + " Start it as ./bearhug bench cpu in a copy of the sources."));
    List<String> words = spec.root().commandLine().getParseResult().originalArgs();
    CpuBenchmark.Request request =
        new CpuBenchmark.Request(
            filters,
            list,
            !withoutPeer,
            rounds,
            seconds,
            used,
            output,
            json,
            "./bearhug " + String.join(" ", words));
    PrintWriter out = spec.commandLine().getOut();
    int status = benchmark.run(request, out, spec.commandLine().getErr());
    out.flush();
    return status;
  }
}
