package dev.bearhug.tensor.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.javacpp.Loader;

/**
 * The native library oneDNN, loaded once per process.
 *
 * <p>OpenMP reads its settings when its library loads, hence they are put into the environment
 * before: idle threads sleep at once ({@code OMP_WAIT_POLICY=passive}), for otherwise they would
 * keep the cores from the engine's own workers. A variable that the user has set stays as it is.
 */
final class OneDnnLibrary {

  private static final String PROPERTY = "bearhug.onednn";

  private final dnnl_engine engine;
  private final String version;
  private final MethodHandle setThreads;

  private OneDnnLibrary(dnnl_engine engine, String version, MethodHandle setThreads) {
    this.engine = engine;
    this.version = version;
    this.setThreads = setThreads;
  }

  /** The outcome of loading: the library, or why there is none. */
  record Outcome(OneDnnLibrary library, String refusal) {}

  /** Loads the library on the first call. */
  static Outcome load() {
    return Holder.OUTCOME;
  }

  /** The CPU engine. */
  dnnl_engine engine() {
    return engine;
  }

  /** The version, such as {@code 3.11.0}. */
  String version() {
    return version;
  }

  /** Sets the number of OpenMP threads for calls from the present thread. */
  void setThreads(int threads) {
    if (setThreads == null) {
      return;
    }
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable t) {
      throw new IllegalStateException("oneDNN: omp_set_num_threads failed.", t);
    }
  }

  /** Whether the number of threads can be changed after loading. */
  boolean followsThreads() {
    return setThreads != null;
  }

  private static Outcome tryLoad() {
    if ("off".equalsIgnoreCase(System.getProperty(PROPERTY))) {
      return refused("switched off by -D" + PROPERTY + "=off");
    }
    try {
      setEnvironment("OMP_WAIT_POLICY", "passive");
      setEnvironment("OMP_NUM_THREADS", Integer.toString(WorkerPool.shared().threads()));
      String file = Loader.load(org.bytedeco.dnnl.global.dnnl.class);
      dnnl_engine engine = new dnnl_engine();
      int status = dnnl_engine_create(engine, dnnl_cpu, 0);
      if (status != dnnl_success) {
        return refused("the library loaded, but dnnl_engine_create returned status " + status);
      }
      dnnl_version_t v = dnnl_version();
      String version = v.major() + "." + v.minor() + "." + v.patch();
      return new Outcome(new OneDnnLibrary(engine, version, threadSetter(file)), null);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
      return refused(
          "no native library for "
              + Loader.getPlatform()
              + " could be loaded ("
              + firstLine(e)
              + "). Add the dnnl and opencl jars with that classifier");
    } catch (RuntimeException e) {
      return refused("loading failed: " + firstLine(e));
    }
  }

  private static Outcome refused(String reason) {
    return new Outcome(null, reason);
  }

  private static String firstLine(Throwable t) {
    Throwable cause = t.getCause() == null ? t : t.getCause();
    String text = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
    return text.lines().findFirst().orElse(cause.getClass().getSimpleName());
  }

  /**
   * Sets a variable of the process, which {@code System.getenv} cannot do, unless it has a value.
   */
  private static void setEnvironment(String name, String value) {
    if (System.getenv(name) != null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return; // not a POSIX system: OpenMP keeps its defaults, which costs speed only
    }
    MethodHandle call =
        linker.downcallHandle(
            setenv.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int status = (int) call.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
      if (status != 0) {
        throw new IllegalStateException("setenv(" + name + ") returned " + status);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException("setenv(" + name + ") failed", t);
    }
  }

  private static MethodHandle threadSetter(String libraryFile) {
    Optional<MemorySegment> symbol = SymbolLookup.loaderLookup().find("omp_set_num_threads");
    if (symbol.isEmpty() && libraryFile != null) {
      Path gomp = Path.of(libraryFile).resolveSibling("libgomp.so.1");
      if (gomp.toFile().exists()) {
        symbol = SymbolLookup.libraryLookup(gomp, Arena.global()).find("omp_set_num_threads");
      }
    }
    return symbol
        .map(
            address ->
                Linker.nativeLinker()
                    .downcallHandle(
                        address,
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT),
                        Linker.Option.critical(false)))
        .orElse(null);
  }

  /** Holder of the one outcome. */
  private static final class Holder {
    static final Outcome OUTCOME = tryLoad();

    private Holder() {}
  }
}
