package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VectorSupportTest {

  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  /** Prints what a JVM of its own chooses, after running a kernel of it. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) {
      VectorSupport.kernels().map().fill(1, 0, 0);
      System.out.println(VectorSupport.isVector() + ": " + VectorSupport.describe());
    }
  }

  @Test
  void usesSimdWithTheModule() throws Exception {
    assertThat(probe(MODULE)).contains("true: SIMD kernels, ");
  }

  @Test
  void namesTheFlagWithoutTheModule() throws Exception {
    assertThat(probe()).contains("false: plain kernels", "add-modules jdk.incubator.vector");
  }

  @Test
  void canBeSwitchedOff() throws Exception {
    assertThat(probe(MODULE, "-Dbearhug.simd=off")).contains("false: plain kernels", "simd=off");
  }

  private static String probe(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
