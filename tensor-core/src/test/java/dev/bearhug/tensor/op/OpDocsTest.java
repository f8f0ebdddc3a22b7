package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpDocsTest {

  private static Path document() {
    return Path.of(System.getProperty("bearhug.root", ".")).resolve("docs/ops.md");
  }

  @Test
  void theDocumentListsTheRegistry() throws Exception {
    if (System.getProperty("bearhug.writeDocs") != null) {
      Files.writeString(document(), OpDocs.write());
    }
    assertThat(OpDocs.withoutErrors(Files.readString(document())))
        .as(
            "docs/ops.md is behind the registry; write it with mvn test -pl tensor-core"
                + " -Dtest=OpDocsTest -Dbearhug.writeDocs")
        .isEqualTo(OpDocs.withoutErrors(OpDocs.write()));
  }

  @Test
  void measuredColumnsAreNotCompared() {
    assertThat(OpDocs.withoutErrors("| `f(x) -> y` | own | F32 | 1e-7 | 2e-3 |"))
        .isEqualTo("| `f(x) -> y` | own | F32 |");
  }
}
