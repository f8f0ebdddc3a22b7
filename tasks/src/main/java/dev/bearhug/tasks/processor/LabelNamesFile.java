package dev.bearhug.tasks.processor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bearhug.tasks.processor.internal.Utf8LineReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Reads {@code label_names.json}: an object whose keys are the classes in order, or an array. */
final class LabelNamesFile {

  static final String NAME = "label_names.json";

  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private LabelNamesFile() {}

  /**
   * Returns the names in the order of the file, or {@code null} when the folder has no such file.
   */
  static List<String> readFrom(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return null;
    }
    JsonNode root;
    try (Reader reader = Utf8LineReader.open(file).asReader()) {
      root = MAPPER.readTree(reader);
    } catch (JsonProcessingException e) {
      throw DataException.at(
          file,
          e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
          e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
          "broken JSON (" + e.getOriginalMessage() + ").");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> names = new ArrayList<>();
    if (root.isObject()) {
      root.fieldNames().forEachRemaining(names::add);
    } else if (root.isArray()) {
      root.forEach(name -> names.add(name.isTextual() ? name.textValue() : ""));
    }
    boolean blank = names.stream().anyMatch(String::isBlank);
    if (names.isEmpty() || blank || new HashSet<>(names).size() != names.size()) {
      throw DataException.in(
          file,
          "must be an object whose keys are the class names in order, or an array of names, all"
              + " different and not blank (names: "
              + names
              + ").");
    }
    return names;
  }
}
