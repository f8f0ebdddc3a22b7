package dev.bearhug.transformers.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tensor.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes the text files of a tokenizer; every input is treated as hostile. */
final class TokenizerFiles {

  /** The largest published tokenizer.json has about 35 MB. */
  static final long MAX_BYTES = 256L << 20;

  /** A token longer than this is a sign of a file that is no vocabulary. */
  static final int MAX_TOKEN_CHARS = 4096;

  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private TokenizerFiles() {}

  /**
   * Reads a whole file as strict UTF-8; a byte order mark is dropped.
   *
   * @throws TokenizerException if it is missing, too large or no UTF-8
   */
  static String text(Path file) {
    byte[] bytes;
    try {
      if (!Files.isRegularFile(file)) {
        throw new TokenizerException(
            file + ": not a regular file. Is the path right, and is the file readable?");
      }
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new TokenizerException(
            file
                + ": "
                + size
                + " bytes; tokenizer files may have at most "
                + MAX_BYTES
                + ". Is this a weight file?");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new TokenizerException(file + ": cannot be read (" + e + ").", e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(buffer)
              .toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new TokenizerException(
          file
              + ": not UTF-8 (first bad byte at "
              + buffer.position()
              + " of "
              + bytes.length
              + "). Convert the file to UTF-8, or check that it is a text file.",
          e);
    }
  }

  /**
   * Reads a JSON object.
   *
   * @throws TokenizerException if the file is no JSON object, or an object has a key twice
   */
  static ObjectNode object(Path file) {
    JsonNode node;
    try {
      node = JSON.readTree(text(file));
    } catch (JsonProcessingException e) {
      throw new TokenizerException(
          file
              + ": not valid JSON ("
              + e.getOriginalMessage()
              + (e.getLocation() == null
                  ? ""
                  : ", line "
                      + e.getLocation().getLineNr()
                      + " column "
                      + e.getLocation().getColumnNr())
              + "). Is the file complete?",
          e);
    }
    if (!(node instanceof ObjectNode object)) {
      throw new TokenizerException(file + ": the top level must be a JSON object.");
    }
    return object;
  }

  /** Reads a JSON object, or returns an empty one where the file does not exist. */
  static ObjectNode objectOrEmpty(Path file) {
    return Files.exists(file) ? object(file) : JSON.createObjectNode();
  }

  /** Splits a text at line ends (LF, CRLF, CR); one final line end adds no empty line. */
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        lines.add(text.substring(start, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /**
   * Reads {@code vocab.txt}: the token with id {@code n} is line {@code n + 1}.
   *
   * @throws TokenizerException if a line is empty, too long or there twice
   */
  static List<String> wordPieces(Path file) {
    List<String> tokens = lines(text(file));
    if (tokens.size() > Vocabulary.MAX_SIZE) {
      throw new TokenizerException(
          file + ": " + tokens.size() + " lines; at most " + Vocabulary.MAX_SIZE + " are allowed.");
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      if (token.isEmpty()) {
        throw new TokenizerException(
            file + ": line " + (i + 1) + " is empty; each line must hold one token.");
      }
      if (token.length() > MAX_TOKEN_CHARS) {
        throw new TokenizerException(
            file
                + ": line "
                + (i + 1)
                + " has "
                + token.length()
                + " characters; a token has at most "
                + MAX_TOKEN_CHARS
                + ". Is this a vocabulary with one token a line?");
      }
      Integer before = seen.putIfAbsent(token, i);
      if (before != null) {
        throw new TokenizerException(
            file
                + ": token \""
                + token
                + "\" is on line "
                + (before + 1)
                + " and again on line "
                + (i + 1)
                + "; ids would be ambiguous. Remove one and check the size of the embedding.");
      }
    }
    return tokens;
  }

  /**
   * Reads {@code merges.txt} and checks each rule against the vocabulary.
   *
   * @throws TokenizerException if a line is no pair, or a part or the result is no token
   */
  static List<String> merges(Path file, ObjectNode vocabulary) {
    List<String> lines = lines(text(file));
    List<String> merges = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
        continue;
      }
      int space = line.indexOf(' ');
      if (space <= 0 || space != line.lastIndexOf(' ') || space == line.length() - 1) {
        throw new TokenizerException(
            file
                + ": line "
                + (i + 1)
                + " must be two tokens with one space; it is \""
                + line
                + "\".");
      }
      String left = line.substring(0, space);
      String right = line.substring(space + 1);
      for (String token : List.of(left, right, left + right)) {
        if (!vocabulary.has(token)) {
          throw new TokenizerException(
              file
                  + ": line "
                  + (i + 1)
                  + " (\""
                  + line
                  + "\") needs token \""
                  + token
                  + "\", which vocab.json lacks. Do both files belong together?");
        }
      }
      merges.add(line);
    }
    return merges;
  }

  /**
   * Writes a text file, which appears whole or not at all.
   *
   * @throws TokenizerException if it cannot be written, or the text has half a surrogate pair
   */
  static void write(Path file, String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      AtomicFiles.write(file, out -> out.write(bytes));
    } catch (IOException e) {
      throw new TokenizerException(
          file + ": cannot be written (" + e + "). Is the disk full or the folder read-only?", e);
    }
  }

  /** Returns the pretty JSON text of a node. */
  static String pretty(JsonNode node) {
    return node.toPrettyString() + "\n";
  }

  /** Returns the JSON text of a node on one line. */
  static String compact(JsonNode node) {
    return node.toString();
  }
}
