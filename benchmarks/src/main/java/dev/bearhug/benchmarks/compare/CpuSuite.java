package dev.bearhug.benchmarks.compare;

import dev.bearhug.tasks.cli.CpuBenchmark;
import dev.bearhug.tasks.cli.ExitCodes;
import dev.bearhug.tasks.cli.MissingPartException;
import dev.bearhug.tasks.cli.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** {@code bearhug bench cpu}: runs the chosen cases on both sides and writes the reports. */
public final class CpuSuite implements CpuBenchmark {

  private static final String TITLE = "CPU engine and libtorch side by side";

  /** For {@link java.util.ServiceLoader}. */
  public CpuSuite() {}

  @Override
  public int run(Request request, PrintWriter out, PrintWriter err) throws IOException {
    List<TextSet> texts = TextSets.load();
    List<Case> cases = chosen(Cases.all(texts), request.filters());
    if (request.list()) {
      cases.forEach(c -> out.println(c.id()));
      return ExitCodes.OK;
    }
    if (request.peer() && !Launch.hasPeer()) {
      throw new MissingPartException(
          "bench: libtorch, the peer, is not in this build. Start ./bearhug bench cpu where it may"
              + " build, or measure this engine alone with --no-peer.");
    }
    Path folder = Files.createTempDirectory("bearhug-bench");
    try {
      for (TextSet set : texts) {
        set.write(folder);
      }
      return measure(request, cases, texts, new Launch(folder, err), out, err);
    } finally {
      delete(folder);
    }
  }

  /** The cases that fit one of the filters, all without filters. */
  static List<Case> chosen(List<Case> all, List<String> filters) {
    List<Case> cases =
        all.stream()
            .filter(c -> filters.isEmpty() || filters.stream().anyMatch(f -> Cases.fits(f, c)))
            .toList();
    if (cases.isEmpty()) {
      throw new UsageException(
          "--filter: no case fits "
              + filters
              + ". There are "
              + String.join(", ", all.stream().map(Case::id).toList())
              + ".");
    }
    return cases;
  }

  private static int measure(
      Request request,
      List<Case> cases,
      List<TextSet> texts,
      Launch launch,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    long start = System.nanoTime();
    TurnTaker turns = new TurnTaker(request.rounds(), request.seconds());
    Ceilings ceilings = new Ceilings();
    List<String> failures = new ArrayList<>();
    List<Comparison> all = new ArrayList<>();
    String engine;
    String peer;
    try (Pair shared = Pair.open(launch, request.threads(), request.peer())) {
      engine = shared.engine().description();
      peer = shared.peer() == null ? "none (--no-peer)" : shared.peer().description();
    }
    measureCeilings(ceilings, turns, request, cases, launch);
    try (Shared shared = new Shared(launch, request.threads(), request.peer())) {
      for (Case c : cases) {
        err.printf(Locale.ROOT, "[%4d s] %s ...%n", seconds(start), c.id());
        err.flush();
        try {
          Comparison done = compare(turns, request, c, launch, shared, err);
          all.add(done);
          err.println("         " + Reports.line(done));
        } catch (IOException e) {
          shared.close();
          failures.add(c.id() + ": " + e.getMessage());
          err.println("         failed: " + e.getMessage());
        }
        err.flush();
      }
    }
    // The machine may have been slower at the start than in between: the best of both ends counts.
    measureCeilings(ceilings, turns, request, cases, launch);
    RunInfo info =
        new RunInfo(
            request.command(),
            RunInfo.revision(),
            RunInfo.processorModel(),
            request.threads(),
            engine,
            peer,
            request.rounds());
    Results results = new Results(TITLE, info, ceilings, all, texts, failures);
    out.println(Reports.markdown(results, null));
    write(request, results);
    err.printf(
        Locale.ROOT,
        "done in %d s; reports: %s%s%n",
        seconds(start),
        request.output(),
        request.json() == null ? "" : ", " + request.json());
    failures.forEach(f -> err.println("failed: " + f));
    err.flush();
    return failures.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private static Comparison compare(
      TurnTaker turns, Request request, Case which, Launch launch, Shared shared, PrintWriter err)
      throws IOException {
    int threads = threads(which, request);
    String type = request.peer() ? peerType(which, launch, threads, err) : null;
    if (which.whole() || threads != request.threads()) {
      try (Pair own = Pair.open(launch, threads, request.peer())) {
        return turns.compare(which, threads, own.engine(), own.peer(), type);
      }
    }
    Pair pair = shared.get();
    return turns.compare(which, threads, pair.engine(), pair.peer(), type);
  }

  /** The type in which the peer is fastest, found in a process that ends before the comparison. */
  private static String peerType(Case which, Launch launch, int threads, PrintWriter err)
      throws IOException {
    if (which.peerTypes().size() == 1) {
      return which.peerTypes().get(0);
    }
    try (WorkerProcess peer = launch.peer(threads)) {
      Map<String, Double> millis = TurnTaker.millisByType(which, peer);
      millis.forEach((t, ms) -> err.printf(Locale.ROOT, "         peer in %s: %.3f ms%n", t, ms));
      return Collections.min(millis.entrySet(), Map.Entry.comparingByValue()).getKey();
    }
  }

  private static int threads(Case which, Request request) {
    return which.threads() == 0 ? request.threads() : which.threads();
  }

  /** Measures the rates that the limits of the cases need. */
  private static void measureCeilings(
      Ceilings ceilings, TurnTaker turns, Request request, List<Case> cases, Launch launch)
      throws IOException {
    for (int threads : cases.stream().map(c -> threads(c, request)).distinct().toList()) {
      List<String> types =
          Stream.concat(
                  Stream.of("f32"),
                  cases.stream().filter(c -> c.work().flops() > 0).map(Case::dtype))
              .distinct()
              .toList();
      try (WorkerProcess engine = launch.engine(threads)) {
        for (String type : types) {
          Case which = Cases.productCeiling(type);
          ceilings.add(which, threads, turns.ceiling(which, engine));
        }
        ceilings.add(Cases.COPY_CEILING, threads, turns.ceiling(Cases.COPY_CEILING, engine));
      }
    }
  }

  private static long seconds(long start) {
    return (System.nanoTime() - start) / 1_000_000_000;
  }

  private static void write(Request request, Results results) throws IOException {
    Files.createDirectories(request.output());
    String json = Reports.json(results);
    if (!results.all().isEmpty()) {
      RatioPlot.write(results, request.output().resolve("bench-cpu.png"));
    }
    Files.writeString(
        request.output().resolve("bench-cpu.md"),
        Reports.markdown(results, results.all().isEmpty() ? null : "bench-cpu.png"));
    Files.writeString(request.output().resolve("bench-cpu.json"), json);
    if (request.json() != null) {
      Path parent = request.json().toAbsolutePath().getParent();
      Files.createDirectories(parent);
      Files.writeString(request.json(), json);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * A process of each side.
   *
   * @param peer null without a peer
   */
  private record Pair(WorkerProcess engine, WorkerProcess peer) implements AutoCloseable {

    static Pair open(Launch launch, int threads, boolean withPeer) throws IOException {
      WorkerProcess engine = launch.engine(threads);
      try {
        return new Pair(engine, withPeer ? launch.peer(threads) : null);
      } catch (IOException e) {
        engine.close();
        throw e;
      }
    }

    @Override
    public void close() {
      engine.close();
      if (peer != null) {
        peer.close();
      }
    }
  }

  /** The processes of the cases that need none of their own, started again after a failure. */
  private static final class Shared implements AutoCloseable {
    private final Launch launch;
    private final int threads;
    private final boolean withPeer;
    private Pair pair;

    Shared(Launch launch, int threads, boolean withPeer) {
      this.launch = launch;
      this.threads = threads;
      this.withPeer = withPeer;
    }

    Pair get() throws IOException {
      if (pair == null) {
        pair = Pair.open(launch, threads, withPeer);
      }
      return pair;
    }

    @Override
    public void close() {
      if (pair != null) {
        pair.close();
        pair = null;
      }
    }
  }
}
