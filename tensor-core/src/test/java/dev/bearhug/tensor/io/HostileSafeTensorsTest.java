package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every safetensors file of the hostile collection behaves as its list says. */
@Tag("fixtures")
class HostileSafeTensorsTest {
  @TestFactory
  List<DynamicTest> everyFileIsReadOrRefusedAsListed() throws IOException {
    Path root = SharedFiles.fixtures("formats/hostile");
    JsonNode list = new ObjectMapper().readTree(root.resolve("hostile.json").toFile());
    Path marker = Path.of(list.get("marker").asText());
    long memory = list.get("memory_limit_bytes").asLong();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode item : list.get("files")) {
      if (item.get("format").asText().equals("safetensors")) {
        Path file = root.resolve(item.get("file").asText());
        String outcome = item.get("outcome").asText();
        String title = file.getFileName() + ": " + outcome + ", " + item.get("wrong").asText();
        tests.add(DynamicTest.dynamicTest(title, () -> check(file, outcome, memory, marker)));
      }
    }
    assertThat(tests).as("files in the list").isNotEmpty();
    return tests;
  }

  private static void check(Path file, String outcome, long memory, Path marker)
      throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String result;
    String message = "";
    try {
      SafeTensorsFile.open(file).entries().forEach(TestFiles::bytes);
      result = "accept";
    } catch (CorruptFileException e) {
      result = "refuse";
      message = e.getMessage();
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThanOrEqualTo(memory);
    assertThat(result).as("%s", message).isIn(outcome.equals("either") ? ANY : List.of(outcome));
    assertThat(marker).doesNotExist();
    if (result.equals("refuse")) {
      assertThat(message).contains(file.toString()).contains(" is not valid (");
      if (Files.size(file) > 8 && file.getFileName().toString().contains("lfs")) {
        assertThat(message).contains("Git LFS");
      }
    }
  }

  private static final List<String> ANY = List.of("accept", "refuse");
}
