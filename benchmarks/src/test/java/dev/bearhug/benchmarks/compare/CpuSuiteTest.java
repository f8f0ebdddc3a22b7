package dev.bearhug.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.tasks.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as the launcher starts it, with processes of its own. */
class CpuSuiteTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... args) {
    CommandLine line = Main.commandLine();
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[args.length + 2];
    all[0] = "bench";
    all[1] = "cpu";
    System.arraycopy(args, 0, all, 2, args.length);
    return line.execute(all);
  }

  @Test
  void measuresACaseAndWritesTheReports() throws IOException {
    Path json = folder.resolve("a/b.json");
    int status =
        bench(
            "--filter=dispatch",
            "--no-peer",
            "--rounds=1",
            "--seconds=0.05",
            "--threads=1",
            "--output=" + folder.resolve("out"),
            "--json=" + json);
    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString()).contains("| dispatch-add-16 | f32 |", "none (--no-peer)");
    assertThat(err.toString()).contains("dispatch-add-16:f32 ...", "done in ");
    assertThat(folder.resolve("out/bench-cpu.md")).content().contains("](bench-cpu.png)");
    assertThat(folder.resolve("out/bench-cpu.png")).isNotEmptyFile();
    JsonNode records = new ObjectMapper().readTree(json.toFile());
    assertThat(records.get(0).path("name").textValue()).isEqualTo("dispatch-add-16");
    assertThat(records.get(0).path("median_ms").doubleValue()).isPositive();
    assertThat(records.get(0).path("threads").intValue()).isEqualTo(1);
    assertThat(records.findValuesAsText("name")).anyMatch(n -> n.startsWith("ceiling-copy"));
    assertThat(folder.resolve("out/bench-cpu.json")).hasSameTextualContentAs(json);
  }

  @Test
  void listsTheCasesThatFit() {
    assertThat(bench("--list", "--filter", "cross-entropy*")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("cross-entropy-1024x30522:f32", "cross-entropy-gradient-1024x30522:f32");
  }

  @Test
  void aFilterThatFitsNothingIsAWrongCommandLine() {
    assertThat(bench("--filter", "sofd")).isEqualTo(2);
    assertThat(err.toString()).contains("no case fits [sofd]", "softmax-12288x128:f32");
  }

  @Test
  void withoutThePeerInTheBuildItSaysWhatToDo() {
    assumeThat(Launch.hasPeer()).as("built without the peer").isFalse();
    assertThat(bench("--filter", "dispatch")).isEqualTo(3);
    assertThat(err.toString()).contains("not in this build", "--no-peer");
  }

  @Test
  void aChildThatEndsIsReportedWithItsLastLines() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder broken = new ProcessBuilder(List.of(java, "-cp", folder.toString(), "Absent"));
    assertThatThrownBy(() -> new WorkerProcess("peer", broken, new PrintWriter(err)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("peer: the process ended with status 1 before it answered.")
        .hasMessageContaining("Its last lines:")
        .hasMessageContaining("Absent");
  }
}
