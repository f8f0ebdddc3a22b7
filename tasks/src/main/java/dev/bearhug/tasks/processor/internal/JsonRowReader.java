package dev.bearhug.tasks.processor.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bearhug.tasks.processor.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads rows that are JSON objects: one per line, or the elements of one array. */
public final class JsonRowReader implements RowReader {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Utf8LineReader lines;
  private final JsonParser array;
  private JsonNode row;
  private long line;
  private long blankLines;

  private JsonRowReader(Utf8LineReader lines, JsonParser array) {
    this.lines = lines;
    this.array = array;
  }

  /** Opens a file with one object per line. */
  public static JsonRowReader ofLines(Path file) {
    return new JsonRowReader(Utf8LineReader.open(file), null);
  }

  /** Opens a file that is one array of objects; it is read element by element. */
  public static JsonRowReader ofArray(Path file) {
    Utf8LineReader lines = Utf8LineReader.open(file);
    try {
      JsonParser parser = MAPPER.getFactory().createParser(lines.asReader());
      JsonRowReader reader = new JsonRowReader(lines, parser);
      if (reader.nextToken() != JsonToken.START_ARRAY) {
        throw DataException.at(
            file, 1, "a JSON array file must start with '['. Set data.format=jsonl for lines.");
      }
      return reader;
    } catch (IOException e) {
      lines.close();
      throw new UncheckedIOException(e);
    } catch (DataException e) {
      lines.close();
      throw e;
    }
  }

  @Override
  public boolean next() {
    row = array == null ? nextLine() : nextElement();
    if (row != null && !row.isObject()) {
      throw DataException.at(
          file(),
          line,
          "a row must be a JSON object (is " + kind(row) + "). Example: {\"text\": \"a\"}.");
    }
    return row != null;
  }

  private JsonNode nextLine() {
    String text;
    while ((text = lines.readLine()) != null) {
      line = lines.line();
      if (text.isBlank()) {
        blankLines++;
        continue;
      }
      try {
        return MAPPER.readTree(text);
      } catch (JsonProcessingException e) {
        throw broken(e, line, "Each line must be one complete JSON object.");
      }
    }
    return null;
  }

  private JsonNode nextElement() {
    JsonToken token = nextToken();
    if (token == JsonToken.END_ARRAY) {
      if (nextToken() != null) {
        throw DataException.at(
            file(), array.currentTokenLocation().getLineNr(), "there is text after the array.");
      }
      return null;
    }
    line = array.currentTokenLocation().getLineNr();
    try {
      return token == null
          ? null
          : MAPPER
              .readerFor(JsonNode.class)
              .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readValue(array);
    } catch (JsonProcessingException e) {
      throw broken(e, 0, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonToken nextToken() {
    try {
      return array.nextToken();
    } catch (JsonProcessingException e) {
      throw broken(e, 0, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DataException broken(JsonProcessingException e, long knownLine, String hint) {
    JsonLocation location = e.getLocation();
    long at = knownLine > 0 || location == null ? Math.max(knownLine, line) : location.getLineNr();
    long column = location == null ? 1 : location.getColumnNr();
    String reason = e.getOriginalMessage();
    DataException error =
        DataException.at(file(), at, column, ("broken JSON (" + reason + "). " + hint).strip());
    error.initCause(e);
    return error;
  }

  @Override
  public Path file() {
    return lines.file();
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public List<String> columns() {
    List<String> names = new ArrayList<>();
    if (row != null) {
      row.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  @Override
  public boolean has(String column) {
    return row.has(column);
  }

  @Override
  public String text(String column) {
    JsonNode value = row.get(column);
    if (value == null) {
      throw MissingColumn.error(file(), line, column, columns());
    }
    if (!value.isTextual()) {
      throw DataException.at(
          file(), line, "\"" + column + "\" must be a string (is " + kind(value) + ").");
    }
    return value.textValue();
  }

  @Override
  public RawLabel label(String column) {
    JsonNode value = row.get(column);
    if (value == null || value.isNull()) {
      return null;
    }
    if (value.isArray()) {
      List<String> values = new ArrayList<>();
      value.forEach(element -> values.add(scalar(column, element)));
      return new RawLabel(List.copyOf(values), true);
    }
    return RawLabel.of(scalar(column, value).strip());
  }

  private String scalar(String column, JsonNode value) {
    if (value.isContainerNode() || value.isNull()) {
      throw DataException.at(
          file(),
          line,
          "\""
              + column
              + "\" must be a string, a number or an array of them (is "
              + kind(value)
              + ").");
    }
    return value.asText();
  }

  private static String kind(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public long blankLines() {
    return blankLines;
  }

  @Override
  public void close() {
    lines.close();
  }
}
