package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GemmSelectorTest {

  @Test
  void prefersOneDnnThenVectorThenLoop() throws Exception {
    assertThat(otherJvm("--add-modules", "jdk.incubator.vector"))
        .startsWith("matrix products: onednn");
    assertThat(otherJvm("--add-modules", "jdk.incubator.vector", "-Dbearhug.onednn=off"))
        .startsWith("matrix products: vector")
        .contains("onednn  no      switched off by -Dbearhug.onednn=off");
  }

  @Test
  void withoutTheVectorModuleLoopsRemainAndTheReasonIsGiven() throws Exception {
    assertThat(otherJvm("-Dbearhug.onednn=off"))
        .startsWith("matrix products: loop")
        .contains("the JVM runs without its vector module. Add --add-modules jdk.incubator.vector")
        .endsWith("3.0");
  }

  @Test
  void theNumberOfThreadsComesFromTheProperty() throws Exception {
    assertThat(otherJvm("-Dbearhug.onednn=off", "-Dbearhug.threads=3"))
        .contains("plain loops, 3 threads");
  }

  @Test
  void aNamedImplementationIsTaken() {
    WorkerPool pool = new WorkerPool(1);
    assertThat(GemmSelector.select("loop", pool).gemm().name()).isEqualTo("loop");
    assertThat(GemmSelector.select("vector", pool).gemm().name()).isEqualTo("vector");
    assertThat(GemmSelector.select(" ", pool).gemm().name()).isEqualTo("onednn");
    assertThatThrownBy(() -> GemmSelector.select("mkl", pool))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("matmul: -Dbearhug.gemm=mkl is unknown. Known are onednn, vector, loop.");
  }

  @Test
  void aNamedImplementationThatCannotRunIsAnError() throws Exception {
    assertThat(otherJvm("-Dbearhug.onednn=off", "-Dbearhug.gemm=onednn"))
        .contains(
            "matmul: -Dbearhug.gemm=onednn cannot be used: switched off by -Dbearhug.onednn=off."
                + " Leave the property out for the best usable one.");
  }

  /** What {@link SelectorProbe} prints in a JVM with these flags. */
  private static String otherJvm(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SelectorProbe.class.getName()));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
