package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares this engine with libtorch in one run and writes a table, records and a plot. Exit status
 * 0: done, 1: failed, 2: bad usage.
 */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Compares the engine with libtorch on this processor, both taking turns.")
public final class SideBySide implements Callable<Integer> {

  private static final double BYTES_PER_GB = 1e9;

  @Option(names = "--filter", description = "Only cases whose name contains this text.")
  private String filter = "";

  @Option(names = "--rounds", description = "Turns of each side (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      description = "About how long a turn lasts, at least 2 calls (default: ${DEFAULT-VALUE}).")
  private double seconds = 0.5;

  @Option(names = "--threads", description = "Threads of each side (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--no-peer", description = "Measure this engine only.")
  private boolean withoutPeer;

  @Option(names = "--list", description = "List the cases and end.")
  private boolean list;

  @Option(
      names = "--output",
      description = "Folder for a table, records and a plot; without it only a table.")
  private Path output;

  @Option(
      names = "--name",
      description = "Name of the files in the folder (default: ${DEFAULT-VALUE}).")
  private String name = "side-by-side";

  private String[] arguments = {};

  private SideBySide() {}

  /** Runs the program. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    SideBySide program = new SideBySide();
    program.arguments = args.clone();
    System.exit(new CommandLine(program).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<Case> cases = Cases.all().stream().filter(c -> c.name().contains(filter)).toList();
    if (list) {
      cases.forEach(c -> System.out.println(c.name()));
      return 0;
    }
    check(cases);
    Launch launch = new Launch(threads);
    try (WorkerProcess engine = launch.engine();
        WorkerProcess peer = openPeer(launch)) {
      run(cases, engine, peer);
    }
    return 0;
  }

  private void check(List<Case> cases) {
    if (cases.isEmpty()) {
      throw new CommandLine.ParameterException(
          new CommandLine(this),
          "--filter: no case contains \""
              + filter
              + "\". Known are "
              + Cases.all().stream().map(Case::name).toList()
              + ".");
    }
    if (rounds < 1 || threads < 1 || !(seconds > 0)) {
      throw new CommandLine.ParameterException(
          new CommandLine(this), "--rounds, --threads and --seconds must be above 0.");
    }
  }

  private WorkerProcess openPeer(Launch launch) throws IOException {
    if (withoutPeer) {
      return null;
    }
    if (!Launch.hasPeer()) {
      System.err.println("peer: " + noPeer());
      return null;
    }
    return launch.peer();
  }

  private String noPeer() {
    return withoutPeer
        ? "none (--no-peer)"
        : "none: libtorch is not in this build. Build with mvn -Ppeer -DskipTests package.";
  }

  private void run(List<Case> cases, WorkerProcess engine, WorkerProcess peer) throws IOException {
    TurnTaker turns = new TurnTaker(engine, peer, rounds, seconds);
    Times product = turns.ceiling(Cases.MATMUL_CEILING);
    Times copy = turns.ceiling(Cases.COPY_CEILING);
    List<Comparison> all = new ArrayList<>();
    for (Case c : cases) {
      System.err.println(c.name() + " ...");
      all.add(turns.compare(c));
    }
    // The machine may have been slower at the start than in between: the best of both ends counts.
    Times productAgain = turns.ceiling(Cases.MATMUL_CEILING);
    Times copyAgain = turns.ceiling(Cases.COPY_CEILING);
    Ceilings ceilings =
        new Ceilings(
            Cases.MATMUL_CEILING.flops() / (1e6 * Math.min(product.min(), productAgain.min())),
            Cases.COPY_CEILING.bytes()
                / (BYTES_PER_GB / 1e3 * Math.min(copy.min(), copyAgain.min())));
    RunInfo info =
        new RunInfo(
            "benchmarks/run " + String.join(" ", arguments),
            RunInfo.revision(),
            RunInfo.processorModel(),
            threads,
            engine.description(),
            peer == null ? noPeer() : peer.description(),
            rounds);
    String title = "Engine and libtorch side by side";
    System.out.println(Reports.markdown(title, info, ceilings, all, null));
    if (output != null) {
      write(title, info, ceilings, all);
    }
  }

  private void write(String title, RunInfo info, Ceilings ceilings, List<Comparison> all)
      throws IOException {
    Files.createDirectories(output);
    String plot = null;
    if (all.stream().allMatch(c -> c.peer() != null)) {
      plot = name + ".png";
      RatioPlot.write(all, output.resolve(plot));
    }
    Files.writeString(
        output.resolve(name + ".md"), Reports.markdown(title, info, ceilings, all, plot));
    Files.writeString(output.resolve(name + ".json"), Reports.json(info, ceilings, all));
  }
}
