package dev.bearhug.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * Finds out what this machine offers for CUDA: driver, devices, and the bindings and libraries that
 * computing on them needs.
 *
 * <p>Without a driver it only asks the system's loader for one file. It creates no context on a
 * device and initialises no JavaCPP binding.
 */
public final class CudaProbe {

  /** System property with the name or path of the driver's library. */
  public static final String DRIVER_PROPERTY = "bearhug.cuda.driver";

  /** Name of the driver's library on Linux. */
  public static final String DRIVER_LIBRARY = "libcuda.so.1";

  private static final String BINDING_FOLDER = "org/bytedeco/cuda/";

  private final String driver;
  private final LibraryFinder finder;
  private final ClassLoader resources;

  /** A probe of this process's machine and class path. */
  public CudaProbe() {
    this(
        System.getProperty(DRIVER_PROPERTY, DRIVER_LIBRARY),
        LibraryFinder.ofEnvironment(System.getenv()),
        CudaProbe.class.getClassLoader());
  }

  CudaProbe(String driver, LibraryFinder finder, ClassLoader resources) {
    this.driver = driver;
    this.finder = finder;
    this.resources = resources;
  }

  /** Looks for everything; a part that is missing is told in the result. */
  public CudaProbeResult run() {
    // The driver keeps threads of its own and must never be unloaded.
    LibraryFinder.Opened library = finder.open(driver, Arena.global());
    if (!library.found()) {
      return CudaProbeResult.withoutDriver(
          "no NVIDIA driver: "
              + driver
              + " was not found. Nothing is wrong on a machine without an NVIDIA GPU; on one with it,"
              + " install the driver or start the container with access to the GPU.");
    }
    if (library.symbols().isEmpty()) {
      return CudaProbeResult.withoutDriver(
          "the NVIDIA driver cannot be loaded: "
              + library.problem()
              + ". Reinstall the driver or take the file's folder out of LD_LIBRARY_PATH.");
    }
    try {
      return ask(library.symbols().get());
    } catch (DriverException e) {
      return CudaProbeResult.withoutDriver(e.getMessage());
    }
  }

  private CudaProbeResult ask(SymbolLookup symbols) throws DriverException {
    DriverApi api = new DriverApi(symbols, driver);
    api.init();
    int version = api.version();
    List<CudaDeviceInfo> devices = api.devices();
    return new CudaProbeResult(
        Optional.empty(), version, devices, devices.isEmpty() ? List.of() : parts());
  }

  private List<CudaLibraryInfo> parts() {
    List<CudaLibraryInfo> parts = new ArrayList<>();
    String platform = Loader.getPlatform();
    String binding = System.mapLibraryName("jnicudart");
    parts.add(
        new CudaLibraryInfo(
            "binding",
            binding,
            resource(platform, binding).isPresent()
                ? Optional.empty()
                : Optional.of(
                    "the class path has no CUDA binding for "
                        + platform
                        + "; add org.bytedeco:cuda with that classifier")));
    parts.add(library("runtime", "libcudart.so.13", platform));
    parts.add(library("kernel compiler", "libnvrtc.so.13", platform));
    parts.add(library("matrix products", "libcublasLt.so.13", platform));
    return parts;
  }

  private CudaLibraryInfo library(String purpose, String file, String platform) {
    // A jar with NVIDIA's libraries may bring them; JavaCPP unpacks them when they are used.
    if (resource(platform, file).isPresent()) {
      return new CudaLibraryInfo(purpose, file, Optional.empty());
    }
    try (Arena arena = Arena.ofConfined()) {
      LibraryFinder.Opened opened = finder.open(file, arena);
      if (opened.symbols().isPresent()) {
        return new CudaLibraryInfo(purpose, file, Optional.empty());
      }
      String problem = opened.found() ? opened.problem() : file + " was not found";
      return new CudaLibraryInfo(purpose, file, Optional.of(problem));
    }
  }

  private Optional<URL> resource(String platform, String file) {
    return Optional.ofNullable(resources.getResource(BINDING_FOLDER + platform + "/" + file));
  }
}
