package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsWriterTest {
  @TempDir Path folder;

  private static TensorEntry entry(String name, String dtype, int bytes, long... shape) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (name.hashCode() + i);
    }
    return new TensorEntry(name, dtype, shape, MemorySegment.ofArray(data));
  }

  @Test
  void writesTheLayoutOfTheReferenceLibrary() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafeTensorsWriter.write(
        file,
        List.of(
            entry("z", "U8", 1, 1),
            entry("b", "F32", 8, 2),
            entry("a", "F32", 4),
            entry("k", "I64", 8, 1),
            entry("é😀\"\n\u0001", "F16", 0, 0, 3)));
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"k\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]},"
            + "\"é😀\\\"\\n\\u0001\":{\"dtype\":\"F16\",\"shape\":[0,3],\"data_offsets\":[20,20]},"
            + "\"z\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[20,21]}}";
    byte[] written = Files.readAllBytes(file);
    int padded = (header.getBytes(StandardCharsets.UTF_8).length + 7) / 8 * 8;
    assertThat(written).hasSize(8 + padded + 21);
    assertThat(new String(written, 8, padded, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(header);
    assertThat(written).startsWith(padded & 0xFF, padded >> 8, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void everyTypeReturnsAsItWasWritten() throws IOException {
    List<TensorEntry> entries =
        Stream.of(StoredType.values())
            .map(type -> entry("t." + type, type.name(), type.bits(), 4, 2))
            .toList();
    Path file = folder.resolve("types.safetensors");
    SafeTensorsWriter.write(file, entries, Map.of());
    SafeTensorsFile read = SafeTensorsFile.open(file);
    assertThat(read.metadata()).isEmpty();
    assertThat(read.entries()).hasSize(StoredType.values().length);
    for (TensorEntry expected : entries) {
      TensorEntry actual = read.find(expected.name()).orElseThrow();
      assertThat(actual).hasToString(expected.toString());
      assertThat(TestFiles.bytes(actual)).isEqualTo(TestFiles.bytes(expected));
    }
  }

  @Test
  void acceptsNativeAndPrimitiveArrayMemory() throws IOException {
    Path file = folder.resolve("memory.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(9 << 20);
      memory.fill((byte) 3);
      memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, (9 << 20) - 1, (byte) 5);
      SafeTensorsWriter.write(
          file,
          List.of(
              new TensorEntry("large", "U8", new long[] {9 << 20}, memory),
              TestFiles.floats("heap", 1f, 2f)));
    }
    SafeTensorsFile read = SafeTensorsFile.open(file);
    byte[] large = TestFiles.bytes(read.find("large").orElseThrow());
    assertThat(large[0]).isEqualTo((byte) 3);
    assertThat(large[large.length - 1]).isEqualTo((byte) 5);
    assertThat(TestFiles.bytes(read.find("heap").orElseThrow()))
        .containsExactly(0, 0, 0x80, 0x3F, 0, 0, 0, 0x40);
  }

  @Test
  void replacesTheVeryFileItsEntriesAreViewsOf() throws IOException {
    Path file = Files.write(folder.resolve("self.safetensors"), TestFiles.valid());
    SafeTensorsFile first = SafeTensorsFile.open(file);
    SafeTensorsWriter.write(file, first.entries(), first.metadata());
    SafeTensorsFile second = SafeTensorsFile.open(file);
    assertThat(second.entries()).extracting(TensorEntry::name).containsExactly("b", "w");
    assertThat(TestFiles.bytes(second.find("w").orElseThrow()))
        .isEqualTo(TestFiles.bytes(first.find("w").orElseThrow()));
  }

  @Test
  void refusesEntriesThatNoFileCanHold() {
    Path file = folder.resolve("bad.safetensors");
    TensorEntry a = TestFiles.floats("a", 1f);
    assertThatThrownBy(() -> SafeTensorsWriter.write(file, List.of(a, a)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"a\" is reserved or occurs twice");
    assertThatThrownBy(
            () -> SafeTensorsWriter.write(file, List.of(TestFiles.floats("__metadata__", 1f))))
        .hasMessageContaining("reserved");
    String half = String.valueOf((char) 0xD800);
    assertThatThrownBy(() -> SafeTensorsWriter.write(file, List.of(TestFiles.floats(half, 1f))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("surrogate");
    assertThatThrownBy(() -> entry("w", "F32", 7, 2))
        .hasMessage("TensorEntry: \"w\" of F32[2] needs 8 bytes, its data has 7.");
    assertThatThrownBy(() -> entry("w", "F99", 8, 2)).hasMessageContaining("F99");
    assertThatThrownBy(() -> entry("w", "F32", 8, -2)).hasMessageContaining("negative");
    assertThat(file).doesNotExist();
  }

  @Test
  @Tag("fixtures")
  void writesFixturesOfTheReferenceLibraryByteForByte() throws IOException {
    int compared = 0;
    try (Stream<Path> all = Files.walk(SharedFiles.fixtures(""))) {
      for (Path file :
          all.filter(path -> path.toString().endsWith(".safetensors"))
              .filter(path -> !path.toString().contains("hostile"))
              .sorted()
              .toList()) {
        if (Files.size(file) > 1 << 20) {
          continue;
        }
        SafeTensorsFile read = SafeTensorsFile.open(file);
        Path copy = folder.resolve("copy.safetensors");
        SafeTensorsWriter.write(copy, read.entries(), read.metadata());
        SafeTensorsFile again = SafeTensorsFile.open(copy);
        assertThat(again.metadata()).isEqualTo(read.metadata());
        for (TensorEntry entry : read.entries()) {
          TensorEntry other = again.find(entry.name()).orElseThrow();
          assertThat(other).hasToString(entry.toString());
          assertThat(other.data().mismatch(entry.data())).as("%s %s", file, entry).isEqualTo(-1);
        }
        if (sameOrder(read, again)) {
          assertThat(Files.mismatch(file, copy))
              .as("first different byte of %s", file)
              .isEqualTo(-1);
          compared++;
        }
      }
    }
    assertThat(compared).as("files whose order permits the comparison").isPositive();
  }

  private static boolean sameOrder(SafeTensorsFile first, SafeTensorsFile second) {
    return first.entries().stream()
        .map(TensorEntry::name)
        .toList()
        .equals(second.entries().stream().map(TensorEntry::name).toList());
  }
}
