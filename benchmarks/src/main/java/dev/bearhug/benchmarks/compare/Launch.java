package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Starts the children of both sides. */
final class Launch {

  /** The peer's program; its class exists only in builds with the Maven profile {@code peer}. */
  private static final String PEER = "dev.bearhug.benchmarks.peer.LibtorchWorkloads";

  private static final String PEER_LIBRARY = "org.bytedeco.pytorch.Tensor";
  private static final String CORE_TYPE = "OPENBLAS_CORETYPE";
  private static final Case MATMUL =
      Case.of("matmul-1024x3072x768", "f32", Work.products(2.0 * 1024 * 3072 * 768, 0));
  private static final int SAMPLES = 10;
  private static final int TURNS = 5;

  /** Leaves the choice of kernels to the library. */
  private static final String LIBRARY_CHOICE = "";

  /** Small heaps of both sides, so that what is measured is the memory of tensors. */
  private static final List<String> HEAP = List.of("-Xms32m", "-Xmx2g", "-XX:MaxNewSize=32m");

  /**
   * The C library returns large blocks to the system by default, and fetching them again costs more
   * than the arithmetic; this keeps them.
   */
  private static final Map<String, String> KEEP_PAGES =
      Map.of(
          "MALLOC_MMAP_THRESHOLD_", "1073741824",
          "MALLOC_TRIM_THRESHOLD_", "17179869184",
          "MALLOC_TOP_PAD_", "268435456");

  private final Path texts;
  private final PrintWriter log;
  private String bestCoreType;

  /**
   * Creates a launch.
   *
   * @param texts folder of the text sets
   * @param log where messages of the children go
   */
  Launch(Path texts, PrintWriter log) {
    this.texts = texts;
    this.log = log;
  }

  /** Whether the peer was built. */
  static boolean hasPeer() {
    return exists(PEER) && exists(PEER_LIBRARY);
  }

  private static boolean exists(String name) {
    try {
      Class.forName(name, false, Launch.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** Starts this engine with the launcher's flags. */
  WorkerProcess engine(int threads) throws IOException {
    ProcessBuilder b =
        java(
            EngineWorkloads.class.getName(),
            "--add-modules=jdk.incubator.vector",
            "-Dbearhug.threads=" + threads);
    return new WorkerProcess("engine", b, log);
  }

  /**
   * Starts the peer at its best: of the OpenBLAS kernels that fit the processor, those that
   * multiply fastest here.
   */
  WorkerProcess peer(int threads) throws IOException {
    if (bestCoreType != null) {
      return peer(bestCoreType, threads);
    }
    Map<String, WorkerProcess> candidates = new LinkedHashMap<>();
    try {
      for (String type : coreTypes(RunInfo.processorFlags(), System.getenv(CORE_TYPE))) {
        candidates.put(type, peer(type, threads));
      }
      bestCoreType = candidates.size() == 1 ? first(candidates) : fastest(candidates);
      return candidates.remove(bestCoreType);
    } finally {
      candidates.values().forEach(WorkerProcess::close);
    }
  }

  private static String first(Map<String, WorkerProcess> candidates) {
    return candidates.keySet().iterator().next();
  }

  private String fastest(Map<String, WorkerProcess> candidates) throws IOException {
    Map<String, Double> shortest = new LinkedHashMap<>();
    for (int turn = 0; turn < TURNS; turn++) {
      for (Map.Entry<String, WorkerProcess> e : candidates.entrySet()) {
        double millis = Times.of(e.getValue().measure(MATMUL, "f32", SAMPLES)).min();
        shortest.merge(e.getKey(), millis, Math::min);
      }
    }
    for (WorkerProcess candidate : candidates.values()) {
      candidate.release();
    }
    shortest.forEach(
        (type, millis) ->
            log.println(
                String.format(
                    Locale.ROOT,
                    "peer: OpenBLAS kernels %s: %s %.2f ms",
                    type,
                    MATMUL.name(),
                    millis)));
    return Collections.min(shortest.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  /**
   * Names of OpenBLAS kernels to try. The library knows few processors and falls back to slow
   * kernels on newer ones, hence names by features.
   *
   * @param flags features of the processor
   * @param preset what the environment says, which may be meant for another machine, or null
   */
  static List<String> coreTypes(Set<String> flags, String preset) {
    Set<String> types = new LinkedHashSet<>();
    if (flags.contains("avx512f")) {
      types.add("SKYLAKEX");
    }
    if (flags.contains("avx512_bf16")) {
      types.add("COOPERLAKE");
    }
    if (preset != null && !preset.isBlank()) {
      types.add(preset);
    }
    if (types.isEmpty()) {
      types.add(flags.contains("avx2") ? "HASWELL" : LIBRARY_CHOICE);
    }
    return List.copyOf(types);
  }

  private WorkerProcess peer(String coreType, int threads) throws IOException {
    // Pointers are freed by scopes, so the collector need not watch them, nor their total be
    // limited.
    ProcessBuilder b =
        java(
            PEER,
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dorg.bytedeco.javacpp.nopointergc=true");
    Map<String, String> environment = b.environment();
    // Sizes and kernels meant for other machines or programs would hold the peer back.
    environment.keySet().removeIf(name -> name.startsWith("OPENBLAS_"));
    environment.putAll(KEEP_PAGES);
    environment.put("OMP_NUM_THREADS", Integer.toString(threads));
    environment.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
    environment.put("OMP_WAIT_POLICY", "passive");
    if (!coreType.equals(LIBRARY_CHOICE)) {
      environment.put(CORE_TYPE, coreType);
    }
    return new WorkerProcess("peer", b, log);
  }

  private ProcessBuilder java(String mainClass, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.add("-D" + TextSet.FOLDER + "=" + texts);
    command.addAll(HEAP);
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    return new ProcessBuilder(command);
  }
}
