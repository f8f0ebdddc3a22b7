package dev.bearhug.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaProbeTest {

  @TempDir Path folder;

  @Test
  void aMissingDriverIsNotFound() {
    CudaProbeResult result = probe("libbearhug-absent.so.1");
    assertThat(result.devices()).isEmpty();
    assertThat(result.driverVersion()).isZero();
    assertThat(reason(result))
        .isEqualTo(
            "no NVIDIA driver: libbearhug-absent.so.1 was not found. Nothing is wrong on a machine"
                + " without an NVIDIA GPU; on one with it, install the driver or start the container"
                + " with access to the GPU.");
  }

  @Test
  void aFileThatIsNoLibraryIsNamedWithTheLoadersReason() throws IOException {
    Path file = folder.resolve("libcuda.so.1");
    Files.writeString(file, "not a library\n".repeat(1000));
    assertThat(reason(probe(file.toString())))
        .startsWith("the NVIDIA driver cannot be loaded: " + file + ": ")
        .containsIgnoringCase("elf")
        .endsWith("Reinstall the driver or take the file's folder out of LD_LIBRARY_PATH.");
  }

  @Test
  void aLibraryInAFolderThatTheLoaderDoesNotSearchIsFound() throws Exception {
    new StandInDriver().build(folder, "libbearhug-elsewhere.so.1");
    assertThat(probe("libbearhug-elsewhere.so.1").devices()).hasSize(1);
  }

  @Test
  void aGoodDeviceIsDescribedWithWhatIsMissing() throws Exception {
    CudaProbeResult result = probe(new StandInDriver());
    assertThat(result.driverProblem()).isEmpty();
    assertThat(result.driverVersion()).isEqualTo(13000);
    assertThat(result.devices())
        .containsExactly(new CudaDeviceInfo(0, "NVIDIA Stand-in 0", 9, 0, 1L << 33));
    assertThat(result.deviceProblem()).isEmpty();
    assertThat(result.parts())
        .extracting(CudaLibraryInfo::purpose)
        .containsExactly("binding", "runtime", "kernel compiler", "matrix products");
    assertThat(result.parts().get(0).loadable()).isTrue();
    assertThat(reason(result))
        .startsWith(
            "found NVIDIA Stand-in 0 (driver for CUDA 13.0, compute capability 9.0), but this"
                + " version has no CUDA kernels yet; it runs on the CPU.");
  }

  @Test
  void theReasonListsOnlyWhatIsMissing() {
    CudaDeviceInfo device = new CudaDeviceInfo(0, "NVIDIA H200", 9, 0, 1L << 37);
    CudaLibraryInfo good = new CudaLibraryInfo("runtime", "libcudart.so.13", Optional.empty());
    CudaLibraryInfo bad =
        new CudaLibraryInfo("matrix products", "x.so", Optional.of("x.so was not found"));
    String start =
        "found NVIDIA H200 (driver for CUDA 13.1, compute capability 9.0) and 1 more, but this"
            + " version has no CUDA kernels yet; it runs on the CPU.";
    List<CudaDeviceInfo> two = List.of(device, device);
    assertThat(reason(new CudaProbeResult(Optional.empty(), 13010, two, List.of(good))))
        .isEqualTo(start);
    assertThat(reason(new CudaProbeResult(Optional.empty(), 13010, two, List.of(good, bad, bad))))
        .isEqualTo(
            start
                + " Kernels will also need what is missing here: x.so was not found (matrix"
                + " products), x.so was not found (matrix products).");
  }

  @Test
  void aClassPathWithoutTheBindingIsTold() throws Exception {
    Path library = new StandInDriver().build(folder, "libcuda.so.1");
    try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
      CudaProbe probe = new CudaProbe(library.toString(), finder(), empty);
      assertThat(probe.run().missingParts().get(0).problem().orElseThrow())
          .startsWith("the class path has no CUDA binding for ")
          .endsWith("; add org.bytedeco:cuda with that classifier");
    }
  }

  @Test
  void aLibraryOfTheClassPathCountsAsLoadable() throws Exception {
    Path library = new StandInDriver().build(folder, "libcuda.so.1");
    Path jar = folder.resolve("org/bytedeco/cuda/" + Loader.getPlatform());
    Files.createDirectories(jar);
    Files.writeString(jar.resolve("libcublasLt.so.13"), "packed");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
      CudaProbe probe = new CudaProbe(library.toString(), finder(), loader);
      assertThat(probe.run().parts().get(3).loadable()).isTrue();
    }
  }

  @Test
  void severalDevicesKeepTheirOrder() throws Exception {
    assertThat(probe(new StandInDriver().with("COUNT", 3)).devices())
        .extracting(CudaDeviceInfo::name)
        .containsExactly("NVIDIA Stand-in 0", "NVIDIA Stand-in 1", "NVIDIA Stand-in 2");
  }

  @Test
  void noDeviceIsTold() throws Exception {
    CudaProbeResult result = probe(new StandInDriver().with("COUNT", 0));
    assertThat(result.parts()).isEmpty();
    assertThat(reason(result))
        .isEqualTo(
            "the NVIDIA driver works (driver for CUDA 13.0), but lists no device. Check"
                + " CUDA_VISIBLE_DEVICES and the output of nvidia-smi.");
  }

  @Test
  void anImpossibleNumberOfDevicesIsRefused() throws Exception {
    StandInDriver driver = new StandInDriver().with("COUNT", -1);
    assertThat(reason(probe(driver))).endsWith("reports -1 devices. Is it NVIDIA's?");
  }

  @Test
  void anOldDeviceIsNamedWithItsCapability() throws Exception {
    assertThat(reason(probe(new StandInDriver().with("MAJOR", 7).with("MINOR", 5))))
        .isEqualTo(
            "no device has compute capability 8.0 or higher: NVIDIA Stand-in 0 has 7.5. Devices from"
                + " 2020 on (Ampere and newer) suffice.");
  }

  @Test
  void theLowestCapabilitySuffices() throws Exception {
    assertThat(probe(new StandInDriver().with("MAJOR", 8)).suitableDevices()).hasSize(1);
  }

  @Test
  void anOldDriverIsNamedWithItsVersion() throws Exception {
    assertThat(reason(probe(new StandInDriver().with("VERSION", 12040))))
        .isEqualTo(
            "the NVIDIA driver is too old: it supports CUDA 12.4, CUDA 13.0 is needed. Install"
                + " driver 580 or newer.");
  }

  @Test
  void knownErrorsOfTheDriverComeWithAdvice() throws Exception {
    for (Map.Entry<Integer, String> e :
        Map.of(
                34, "CUDA_ERROR_STUB_LIBRARY",
                100, "CUDA_ERROR_NO_DEVICE",
                802, "CUDA_ERROR_SYSTEM_NOT_READY",
                803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
                804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
                999, "CUDA_ERROR_UNKNOWN")
            .entrySet()) {
      assertThat(DriverStatus.explain("cuInit", e.getKey()))
          .startsWith("cuInit gave error " + e.getKey() + " (" + e.getValue() + "): ");
    }
    assertThat(reason(probe(new StandInDriver().with("INIT", 999))))
        .isEqualTo(
            "cuInit gave error 999 (CUDA_ERROR_UNKNOWN): the NVIDIA driver cannot be reached. Check"
                + " that nvidia-smi works and that the kernel module nvidia_uvm is loaded"
                + " (nvidia-modprobe -u).");
  }

  @Test
  void anUnknownErrorIsToldByItsNumber() throws Exception {
    assertThat(reason(probe(new StandInDriver().with("INIT", 719))))
        .isEqualTo(
            "cuInit gave error 719 of the CUDA driver. Check the output of nvidia-smi and the"
                + " kernel's log.");
  }

  @Test
  void aLibraryWithoutTheDriversFunctionsIsTold() throws Exception {
    assertThat(reason(probe(new StandInDriver().with("WITHOUT_VERSION", 1))))
        .endsWith(
            " has no function cuDriverGetVersion, so it is not NVIDIA's driver or a very old one."
                + " Install driver 580 or newer.");
  }

  @Test
  void foldersComeFromTheEnvironmentFirst() throws Exception {
    new StandInDriver().with("COUNT", 2).build(folder, "libbearhug-path.so.1");
    Path lib64 = Files.createDirectories(folder.resolve("home/lib64"));
    new StandInDriver().with("COUNT", 3).build(lib64, "libbearhug-home.so.1");
    LibraryFinder finder =
        LibraryFinder.ofEnvironment(
            Map.of(
                "LD_LIBRARY_PATH",
                ":" + folder + ":\0",
                "CUDA_HOME",
                folder.resolve("home").toString()));
    ClassLoader loader = CudaProbe.class.getClassLoader();
    assertThat(new CudaProbe("libbearhug-path.so.1", finder, loader).run().devices()).hasSize(2);
    assertThat(new CudaProbe("libbearhug-home.so.1", finder, loader).run().devices()).hasSize(3);
  }

  private CudaProbeResult probe(StandInDriver driver) throws IOException, InterruptedException {
    return probe(driver.build(folder, "libcuda.so.1").toString());
  }

  private CudaProbeResult probe(String driver) {
    return new CudaProbe(driver, finder(), CudaProbe.class.getClassLoader()).run();
  }

  private LibraryFinder finder() {
    return new LibraryFinder(List.of(folder));
  }

  private static String reason(CudaProbeResult result) {
    return CudaBackendProvider.reason(result);
  }
}
