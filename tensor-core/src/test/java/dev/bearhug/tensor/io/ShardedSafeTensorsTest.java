package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedSafeTensorsTest {
  private static final List<TensorEntry> MODEL =
      List.of(
          TestFiles.floats("c", 1f, 2f),
          TestFiles.floats("a", 3f),
          TestFiles.floats("large", 4f, 5f, 6f, 7f),
          TestFiles.floats("é😀", 8f));

  @TempDir Path folder;

  private Path index(String text) throws IOException {
    return Files.writeString(folder.resolve(SafeTensorsWriter.INDEX_FILE), text);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void smallModelIsOneFile() throws IOException {
    SafeTensorsWriter.writeModel(folder, MODEL, SafeTensorsWriter.DEFAULT_METADATA, 32);
    assertThat(names()).containsExactly("model.safetensors");
    assertThat(SafeTensors.open(folder).entries()).hasSize(4);
  }

  @Test
  void largeModelIsSplitAndReadBack() throws IOException {
    SafeTensorsWriter.writeModel(folder, MODEL, SafeTensorsWriter.DEFAULT_METADATA, 12);
    assertThat(names())
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json");
    assertThat(folder.resolve(SafeTensorsWriter.INDEX_FILE))
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 32
              },
              "weight_map": {
                "a": "model-00002-of-00003.safetensors",
                "c": "model-00002-of-00003.safetensors",
                "large": "model-00001-of-00003.safetensors",
                "\\u00e9\\ud83d\\ude00": "model-00003-of-00003.safetensors"
              }
            }
            """);
    TensorArchive read = SafeTensors.open(folder);
    assertThat(read).isInstanceOf(ShardedSafeTensors.class);
    assertThat(((ShardedSafeTensors) read).unlisted()).isEmpty();
    assertThat(((ShardedSafeTensors) read).shards()).hasSize(3);
    assertThat(read.metadata()).isEqualTo(SafeTensorsWriter.DEFAULT_METADATA);
    assertThat(read.entries()).hasSize(4);
    for (TensorEntry entry : MODEL) {
      assertThat(TestFiles.bytes(read.find(entry.name()).orElseThrow()))
          .isEqualTo(TestFiles.bytes(entry));
    }
  }

  @Test
  void filesOfAnEarlierModelGoAway() throws IOException {
    Files.writeString(folder.resolve("model-notes.safetensors"), "mine");
    SafeTensorsWriter.writeModel(folder, MODEL, Map.of(), 4);
    SafeTensorsWriter.writeModel(folder, MODEL, Map.of(), 20);
    assertThat(names())
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model-notes.safetensors",
            "model.safetensors.index.json");
    SafeTensorsWriter.writeModel(folder, MODEL, Map.of(), 1000);
    assertThat(names()).containsExactly("model-notes.safetensors", "model.safetensors");
    assertThatThrownBy(() -> SafeTensorsWriter.writeModel(folder, MODEL, Map.of(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 byte");
  }

  @Test
  void missingShardIsNamed() throws IOException {
    SafeTensorsWriter.writeModel(folder, MODEL, Map.of(), 12);
    Files.delete(folder.resolve("model-00002-of-00003.safetensors"));
    assertThatThrownBy(() -> SafeTensors.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("model-00002-of-00003.safetensors is missing")
        .hasMessageContaining("Fetch the missing file");
  }

  @Test
  void tensorThatIsNotInItsShardIsNamed() throws IOException {
    SafeTensorsWriter.write(folder.resolve("s.safetensors"), MODEL);
    Path index = index("{\"weight_map\":{\"a\":\"s.safetensors\",\"ghost\":\"s.safetensors\"}}");
    assertThatThrownBy(() -> SafeTensors.open(index))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("\"ghost\" is not in s.safetensors");
  }

  @Test
  void tensorsThatTheIndexDoesNotListAreReported() throws IOException {
    SafeTensorsWriter.write(folder.resolve("s.safetensors"), MODEL);
    ShardedSafeTensors read =
        ShardedSafeTensors.open(index("{\"weight_map\":{\"a\":\"s.safetensors\"}}"));
    assertThat(read.entries()).extracting(TensorEntry::name).containsExactly("a");
    assertThat(read.unlisted())
        .containsExactly("s.safetensors: c", "s.safetensors: large", "s.safetensors: é😀");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../s.safetensors",
        "/etc/passwd",
        "..",
        ".",
        "",
        "sub/s.safetensors",
        "..\\\\s",
        "C:s",
        "a\\u0000"
      })
  void shardsOutsideTheFolderAreRefused(String shard) throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    SafeTensorsWriter.write(folder.resolve("s.safetensors"), MODEL);
    Path index =
        Files.writeString(
            inner.resolve("m.index.json"), "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
    assertThatThrownBy(() -> SafeTensors.open(index))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("plain file name in the folder of the index");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{}",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{}",
        "{\"weight_map\":{\"a\":\"s\",\"a\":\"s\"}}",
        "{\"weight_map\":{}} x"
      })
  void brokenIndexIsRefused(String text) throws IOException {
    Path index = index(text);
    assertThatThrownBy(() -> SafeTensors.open(index))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(index.toString());
  }

  @Test
  void folderWithoutAModelSaysWhatItHas() throws IOException {
    Files.writeString(folder.resolve("pytorch_model.bin"), "x");
    assertThatThrownBy(() -> SafeTensors.open(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("[pytorch_model.bin]");
    assertThatThrownBy(() -> SafeTensors.open(folder.resolve("x.index.json")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
