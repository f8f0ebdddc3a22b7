package dev.bearhug.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.error.DeviceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaBackendProviderTest {

  private static final String NOT_FOUND =
      " was not found. Nothing is wrong on a machine without an NVIDIA GPU; on one with it, install"
          + " the driver or start the container with access to the GPU.";

  @TempDir Path folder;

  @Test
  void itIsListedFirstWithTheReason() {
    Backends.Found first = Backends.found().get(0);
    assertThat(first.name()).isEqualTo("cuda");
    assertThat(first.priority()).isEqualTo(100);
    assertThat(first.availability()).isEqualTo(new CudaBackendProvider().probe());
    assertThat(first.availability().usable()).isFalse();
    assertThat(first.availability().reason()).isNotBlank();
  }

  @Test
  void selectingItGivesTheSameReason() {
    String reason = new CudaBackendProvider().probe().reason();
    assertThatThrownBy(() -> Backends.select("cuda"))
        .isInstanceOf(DeviceException.class)
        .hasMessage("device: backend \"cuda\" cannot be used: " + reason);
    assertThatThrownBy(() -> Backends.select("cuda:1"))
        .isInstanceOf(DeviceException.class)
        .hasMessageEndingWith(reason);
  }

  @Test
  void autoTakesTheProcessor() {
    assertThat(Backends.select("auto")).isEqualTo(Device.CPU);
  }

  @Test
  void creatingItGivesTheReason() {
    Backend.Provider provider = new CudaBackendProvider();
    assertThatThrownBy(provider::create)
        .isInstanceOf(DeviceException.class)
        .hasMessage("cuda: " + provider.probe().reason());
  }

  @Test
  void theListSaysThatThereIsNoDriver() throws Exception {
    assertThat(otherJvm("list", "-Dbearhug.cuda.driver=libbearhug-absent.so.1"))
        .contains(
            "cuda false no NVIDIA driver: libbearhug-absent.so.1" + NOT_FOUND + "\ncpu true ");
  }

  @Test
  void theDriverOfTheSearchPathIsTaken() throws Exception {
    new StandInDriver().build(folder, "libcuda.so.1");
    assertThat(otherJvm("list"))
        .startsWith(
            "cuda false found NVIDIA Stand-in 0 (driver for CUDA 13.0, compute capability 9.0), but"
                + " this version has no CUDA kernels yet; it runs on the CPU.");
    assertThat(otherJvm("cuda"))
        .startsWith("device: backend \"cuda\" cannot be used: found NVIDIA Stand-in 0 (");
  }

  @Test
  void aBrokenDriverOfTheSearchPathIsNamed() throws Exception {
    Path file = folder.resolve("libcuda.so.1");
    Files.writeString(file, "text instead of a library\n");
    assertThat(otherJvm("list"))
        .startsWith("cuda false the NVIDIA driver cannot be loaded: " + file);
    assertThat(otherJvm("auto")).startsWith("device cpu\n");
  }

  @Test
  void theProcessorIsChosenWithoutLoadingTheDriver() throws Exception {
    new StandInDriver().build(folder, "libcuda.so.1");
    assertThat(otherJvm("cpu")).isEqualTo("device cpu\nlibcuda mapped false\n");
    assertThat(otherJvm("auto")).isEqualTo("device cpu\nlibcuda mapped true\n");
  }

  /** What {@link BackendsReport} prints in a JVM whose search path starts with the folder. */
  private String otherJvm(String argument, String... flags)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(flags));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BackendsReport.class.getName(),
            argument));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
