package dev.bearhug.tensor.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Parses and checks the header of a safetensors file, all of it before any tensor is made.
 *
 * <p>Layout of a file: 8 bytes with the header's length N (little-endian), N bytes of JSON, data.
 * The ranges of the tensors must cover the data exactly, each byte once.
 */
final class SafeTensorsHeader {
  /** Longest header that the format allows, in bytes. */
  static final long MAX_LENGTH = 100_000_000;

  /** Most dimensions that are read; PyTorch and NumPy stop at 64 as well. */
  static final int MAX_RANK = 64;

  static final String METADATA = "__metadata__";
  private static final int LENGTH_BYTES = 8;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_NAME = 65_536;
  private static final int LONGEST_NUMBER = 100;
  private static final int LONGEST_LONG = 19;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength((int) MAX_LENGTH)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** One tensor of the header; offsets count from the first byte of the data. */
  record Item(String name, StoredType type, long[] shape, long begin, long end) {}

  private final Path file;
  private final MemorySegment bytes;
  private final List<Item> items = new ArrayList<>();
  private Map<String, String> metadata = Map.of();
  private long dataStart;

  private SafeTensorsHeader(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * Parses the header of a mapped file.
   *
   * @throws CorruptFileException if any rule of the format is broken
   */
  static SafeTensorsHeader parse(Path file, MemorySegment bytes) {
    SafeTensorsHeader header = new SafeTensorsHeader(file, bytes);
    header.parse();
    return header;
  }

  /** The tensors in the order of their bytes. */
  List<Item> items() {
    return items;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** Position in the file of the first data byte. */
  long dataStart() {
    return dataStart;
  }

  private void parse() {
    long size = bytes.byteSize();
    check(size >= LENGTH_BYTES, "a file has at least 8 bytes", () -> "it has " + size);
    long length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
      length = length << 8 | Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i));
    }
    String shown = Long.toUnsignedString(length);
    check(
        Long.compareUnsigned(length, MAX_LENGTH) <= 0,
        "the header has at most 100000000 bytes",
        () -> "the length field says " + shown);
    check(
        length <= size - LENGTH_BYTES,
        "the header lies inside the file",
        () -> "it should have " + shown + " bytes, the file has " + size + " in all");
    check(length >= 2, "the header is a JSON object", () -> "it has " + shown + " bytes");
    check(
        bytes.get(ValueLayout.JAVA_BYTE, LENGTH_BYTES) == '{',
        "the header begins with '{'",
        () -> "first byte " + bytes.get(ValueLayout.JAVA_BYTE, LENGTH_BYTES));
    dataStart = LENGTH_BYTES + length;
    parseJson(bytes.asSlice(LENGTH_BYTES, length).asByteBuffer());
    items.sort(Comparator.comparingLong(Item::begin).thenComparingLong(Item::end));
    checkCover(size - dataStart);
  }

  private void parseJson(ByteBuffer text) {
    try (Reader reader = strictUtf8(text);
        JsonParser json = JSON.createParser(reader)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT, "the header is a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals(METADATA)) {
          readMetadata(json);
        } else {
          readTensor(json, name);
        }
      }
      check(
          json.nextToken() == null,
          "nothing but white space follows the header object",
          () -> where(json));
    } catch (CharacterCodingException e) {
      throw corrupt("the header is UTF-8", e.toString(), e);
    } catch (JacksonException e) {
      throw corrupt("the header is strict JSON without duplicate names", e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw corrupt("the header can be read", e.toString(), e);
    }
  }

  private void readMetadata(JsonParser json) throws IOException {
    expect(
        json, json.currentToken(), JsonToken.START_OBJECT, "__metadata__ is an object of strings");
    Map<String, String> read = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING, "values of __metadata__ are strings");
      read.put(checkText(key, "metadata key"), checkText(json.getText(), "metadata value"));
    }
    metadata = Collections.unmodifiableMap(read);
  }

  private void readTensor(JsonParser json, String name) throws IOException {
    checkText(name, "tensor name");
    expect(json, json.currentToken(), JsonToken.START_OBJECT, "each tensor is an object");
    StoredType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "dtype" -> {
          expect(json, value, JsonToken.VALUE_STRING, "dtype is a string");
          String dtype = json.getText();
          type =
              StoredType.ofName(dtype)
                  .orElseThrow(
                      () ->
                          corrupt(
                              "dtype is one of " + Arrays.toString(StoredType.values()),
                              quote(name) + " has \"" + dtype + "\"",
                              null));
        }
        case "shape" -> shape = readNumbers(json, name, "shape", MAX_RANK);
        case "data_offsets" -> offsets = readNumbers(json, name, "data_offsets", 2);
        // The reference library ignores further fields; their nesting is limited by the parser.
        default -> json.skipChildren();
      }
    }
    check(type != null, "each tensor has a dtype", () -> quote(name) + " has none");
    check(shape != null, "each tensor has a shape", () -> quote(name) + " has none");
    if (offsets == null || offsets.length != 2) {
      String found = offsets == null ? "none" : Arrays.toString(offsets);
      throw corrupt("each tensor has two data_offsets", quote(name) + " has " + found, null);
    }
    checkSize(name, type, shape, offsets);
    items.add(new Item(name, type, shape, offsets[0], offsets[1]));
  }

  private long[] readNumbers(JsonParser json, String name, String field, int most)
      throws IOException {
    expect(json, json.currentToken(), JsonToken.START_ARRAY, field + " is an array");
    String rule = field + " holds integers from 0 to 2^63 - 1";
    long[] values = new long[4];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT, rule);
      if (count == most) {
        throw corrupt(field + " has at most " + most + " values", quote(name) + " has more", null);
      }
      String digits = json.getText();
      check(
          digits.charAt(0) != '-' && digits.length() <= LONGEST_LONG,
          rule,
          () -> quote(name) + " has " + digits);
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      try {
        values[count++] = Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw corrupt(rule, quote(name) + " has " + digits, e);
      }
    }
    return Arrays.copyOf(values, count);
  }

  private void checkSize(String name, StoredType type, long[] shape, long[] offsets) {
    check(
        offsets[0] <= offsets[1],
        "a range ends at or after its begin",
        () -> quote(name) + " has " + Arrays.toString(offsets));
    long needed;
    try {
      needed = type.byteSize(shape);
    } catch (ArithmeticException e) {
      throw corrupt(
          "a tensor has a whole number of bytes below 2^63",
          quote(name) + " is " + type + Arrays.toString(shape),
          e);
    }
    check(
        needed == offsets[1] - offsets[0],
        "dtype and shape fit the range",
        () ->
            quote(name)
                + " is "
                + type
                + Arrays.toString(shape)
                + " of "
                + needed
                + " bytes, its range "
                + Arrays.toString(offsets)
                + " has "
                + (offsets[1] - offsets[0]));
  }

  private void checkCover(long dataSize) {
    long covered = 0;
    for (Item item : items) {
      if (item.begin() != covered) {
        throw corrupt(
            "ranges follow each other without hole or overlap",
            quote(item.name())
                + " begins at "
                + item.begin()
                + ", the one before ends at "
                + covered,
            null);
      }
      covered = item.end();
    }
    if (covered != dataSize) {
      throw corrupt(
          "the ranges cover the data exactly",
          "they end at " + covered + ", the file has " + dataSize + " bytes of data",
          null);
    }
  }

  private String checkText(String text, String what) {
    if (!isUnicode(text)) {
      throw corrupt(
          "text is valid Unicode", "a " + what + " holds half of a surrogate pair: " + text, null);
    }
    return text;
  }

  /** Tells whether every surrogate is half of a pair, so that the text has a UTF-8 form. */
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private void expect(JsonParser json, JsonToken actual, JsonToken expected, String rule)
      throws IOException {
    if (actual != expected) {
      throw corrupt(rule, "found " + actual + ", " + where(json), null);
    }
  }

  private static String where(JsonParser json) {
    return "at character " + json.currentTokenLocation().getCharOffset() + " of the header";
  }

  private static String quote(String name) {
    return "\"" + name + "\"";
  }

  private void check(boolean holds, String rule, Supplier<String> actual) {
    if (!holds) {
      throw corrupt(rule, actual.get(), null);
    }
  }

  private CorruptFileException corrupt(String rule, String actual, Throwable cause) {
    return new CorruptFileException(
        "safetensors", file, rule, actual, FileGuess.advice(bytes), cause);
  }

  static Reader strictUtf8(ByteBuffer text) {
    return new InputStreamReader(
        new BufferStream(text),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** Reads a buffer without copying it as a whole. */
  private static final class BufferStream extends InputStream {
    private final ByteBuffer source;

    BufferStream(ByteBuffer source) {
      this.source = source;
    }

    @Override
    public int read() {
      return source.hasRemaining() ? Byte.toUnsignedInt(source.get()) : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!source.hasRemaining()) {
        return -1;
      }
      int count = Math.min(length, source.remaining());
      source.get(target, offset, count);
      return count;
    }
  }
}
