package dev.bearhug.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares help texts with the files {@code help/*.txt}; {@code -Dbearhug.golden=write} replaces
 * them.
 */
class HelpTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("bearhug.root", ".."))
          .resolve("tasks/src/test/resources/dev/bearhug/tasks/cli/help");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "train",
        "evaluate",
        "predict",
        "plan",
        "doctor",
        "demo",
        "bench",
        "bench cpu",
        "completion"
      })
  void helpIsAsReviewed(String command) throws IOException {
    Terminal terminal = new Terminal();
    assertThat(terminal.run((command + " --help").strip().split(" "))).isZero();
    String name = (command.isEmpty() ? "bearhug" : command.replace(' ', '-')) + ".txt";
    if ("write".equals(System.getProperty("bearhug.golden"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(FOLDER.resolve(name), terminal.out());
    }
    try (InputStream expected = HelpTest.class.getResourceAsStream("help/" + name)) {
      assertThat(expected).as("resource help/%s", name).isNotNull();
      assertThat(terminal.out())
          .isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void theVersionNamesJava() {
    Terminal terminal = new Terminal();
    assertThat(terminal.run("--version")).isZero();
    assertThat(terminal.out()).contains("bearhug ", "Java 2");
  }

  @Test
  void theCompletionScriptKnowsCommandsAndOptions() {
    Terminal terminal = new Terminal();
    assertThat(terminal.run("completion")).isZero();
    assertThat(terminal.out())
        .contains("bearhug", "predict", "--tokenizer", "--no-peer", "complete ");
  }
}
