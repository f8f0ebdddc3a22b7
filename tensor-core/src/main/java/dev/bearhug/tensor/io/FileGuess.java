package dev.bearhug.tensor.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Guesses from its first bytes what a file that is not safetensors may be instead. */
final class FileGuess {
  private static final int LOOK_AT = 64;

  private FileGuess() {}

  /** Returns likely cause and remedy as full sentences. */
  static String advice(MemorySegment bytes) {
    if (bytes.byteSize() == 0) {
      return "The file is empty: an interrupted download or copy, or a full disk."
          + " Fetch or write it again.";
    }
    byte[] head =
        bytes.asSlice(0, Math.min(LOOK_AT, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String trimmed = text.stripLeading().toLowerCase(java.util.Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      return "This is a Git LFS pointer, not the weights."
          + " Run \"git lfs pull\" in the model's repository.";
    }
    if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) {
      return "This is a zip file, probably a PyTorch .bin or .pt checkpoint."
          + " Give it its own name, or convert it to safetensors.";
    }
    if (head.length > 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5) {
      return "This looks like a Python pickle, probably an old PyTorch checkpoint."
          + " Convert it to safetensors.";
    }
    if (trimmed.startsWith("<!doctype")
        || trimmed.startsWith("<html")
        || trimmed.startsWith("<?xml")) {
      return "This is a web page: the download link needs a login or is wrong."
          + " Download the file itself.";
    }
    if (text.startsWith("GGUF")) {
      return "This is a GGUF file. Name it .gguf and open it as such.";
    }
    if (text.startsWith("\u0089HDF")) {
      return "This is an HDF5 file, probably TensorFlow weights. Convert it to safetensors.";
    }
    if (text.startsWith("\u0093NUMPY")) {
      return "This is a NumPy .npy file. Convert it to safetensors.";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "This file is compressed with gzip. Unpack it first.";
    }
    if (trimmed.startsWith("{")) {
      return "This is JSON text, perhaps the index of a sharded model."
          + " An index must be named *.safetensors.index.json.";
    }
    return "The file is damaged, cut short, or of another format."
        + " Compare its size and checksum with the source and fetch it again.";
  }
}
