package dev.bearhug.transformers.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small tokenizer folders for tests. */
final class SmallTokenizers {

  static final List<String> VOCABULARY =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "##s", "un", "##want",
          "##ed", ",", "中", "😀", "cafe", "Cat", "𠀀", "a", "b", "c", "d", "e", "f", "g", "h");

  private SmallTokenizers() {}

  static Path wordPiece(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("vocab.txt"), String.join("\n", VOCABULARY) + "\n");
    return folder;
  }

  /** Writes a byte-level BPE vocabulary of the letters a to d with the given special tokens. */
  static Path byteLevel(Path folder, List<String> special) throws IOException {
    Files.createDirectories(folder);
    StringBuilder json = new StringBuilder("{");
    int id = 0;
    for (String token : special) {
      json.append('"').append(token).append("\": ").append(id++).append(", ");
    }
    for (String token : List.of("a", "b", "c", "d", "Ġ", "ab", "Ġab")) {
      json.append('"').append(token).append("\": ").append(id++).append(", ");
    }
    json.setLength(json.length() - 2);
    Files.writeString(folder.resolve("vocab.json"), json + "}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\nĠ ab\n");
    return folder;
  }
}
