package dev.bearhug.tasks.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bearhug.tensor.error.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One layer of configuration read from JSON: values by dotted key, and the line of each.
 *
 * <p>Comments in the style of Java and a comma after the last entry are allowed.
 *
 * @param values the value of each key that the layer sets
 * @param origins where each key stands
 */
record ConfigSource(Map<String, JsonNode> values, Map<String, String> origins) {

  private static final long MAX_BYTES = 1 << 20;
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
              .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
              .build());

  static ConfigSource ofFile(Path file, Map<String, Class<?>> leaves) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(
            null, null, file + " is larger than " + MAX_BYTES + " bytes. Is it a config file?");
      }
      return parse(Files.readString(file), file.toString(), leaves);
    } catch (CharacterCodingException e) {
      throw new ConfigException(null, null, file + " is not valid UTF-8.");
    } catch (IOException e) {
      throw new ConfigException(
          null,
          null,
          file + " cannot be read (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ").");
    }
  }

  static ConfigSource ofResource(String name, Map<String, Class<?>> leaves) {
    try (InputStream in = ConfigSource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return parse(text, name, leaves);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ConfigSource parse(String text, String name, Map<String, Class<?>> leaves) {
    ConfigSource source = new ConfigSource(new LinkedHashMap<>(), new LinkedHashMap<>());
    try (JsonParser parser = MAPPER.getFactory().createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new ConfigException(null, name + ":1", "a config file must be one JSON object.");
      }
      source.readObject(parser, "", name, leaves);
      if (parser.nextToken() != null) {
        throw new ConfigException(
            null, at(name, parser), "there is text after the end of the object.");
      }
      return source;
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? name
              : name + ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
      throw new ConfigException(null, where, "broken JSON (" + e.getOriginalMessage() + ").");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String at(String name, JsonParser parser) {
    return name + ":" + parser.currentTokenLocation().getLineNr();
  }

  private void readObject(
      JsonParser parser, String prefix, String name, Map<String, Class<?>> leaves)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = prefix + parser.currentName();
      String where = at(name, parser);
      JsonToken token = parser.nextToken();
      boolean section = leaves.keySet().stream().anyMatch(leaf -> leaf.startsWith(key + "."));
      if (section) {
        if (token != JsonToken.START_OBJECT) {
          throw new ConfigException(key, where, key + " must be an object.");
        }
        readObject(parser, key + ".", name, leaves);
      } else if (leaves.containsKey(key)) {
        values.put(key, MAPPER.readTree(parser));
        origins.put(key, where);
      } else {
        throw unknown(key, where, leaves.keySet());
      }
    }
  }

  static ConfigException unknown(String key, String origin, Set<String> known) {
    return new ConfigException(
        key, origin, "there is no key \"" + key + "\"." + Suggestions.didYouMean(key, known));
  }
}
