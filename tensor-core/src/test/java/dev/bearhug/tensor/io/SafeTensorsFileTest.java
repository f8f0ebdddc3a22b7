package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsFileTest {
  private static final String PREFIX =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":";
  private static final String PLAIN = PREFIX + "[0,16]}}";

  @TempDir Path folder;

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("model.safetensors"), content);
  }

  private CorruptFileException refused(byte[] content) throws IOException {
    Path file = write(content);
    CorruptFileException error =
        catchThrowableOfType(CorruptFileException.class, () -> SafeTensorsFile.open(file));
    assertThat(error).as("must be refused").isNotNull();
    return error;
  }

  @Test
  void readsNamesTypesShapesDataAndMetadata() throws IOException {
    SafeTensorsFile file = SafeTensorsFile.open(write(TestFiles.valid()));
    assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
    assertThat(file.entries()).extracting(TensorEntry::name).containsExactly("w", "b");
    TensorEntry w = file.find("w").orElseThrow();
    assertThat(w.dtypeName()).isEqualTo("F32");
    assertThat(w.shape()).containsExactly(2, 2);
    assertThat(TestFiles.bytes(w))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    TensorEntry b = file.find("b").orElseThrow();
    assertThat(b.data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x1716151413121110L);
    assertThat(file.find("v")).isEmpty();
  }

  @Test
  void ordersEntriesByTheirBytes() throws IOException {
    String header =
        "{\"late\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]},"
            + "\"none\":{\"data_offsets\":[1,1],\"shape\":[0,7],\"dtype\":\"F16\"},"
            + "\"scalar\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[0,1]}}  \n";
    SafeTensorsFile file = SafeTensorsFile.open(write(TestFiles.file(header, 4)));
    assertThat(file.entries())
        .extracting(TensorEntry::toString)
        .containsExactly("scalar BOOL[]", "none F16[0, 7]", "late U8[3]");
    assertThat(TestFiles.bytes(file.find("late").orElseThrow())).containsExactly(1, 2, 3);
  }

  @Test
  void ignoresFurtherFieldsLikeTheReferenceLibrary() throws IOException {
    String header = PREFIX + "[0,16],\"note\":{\"a\":[1,{}]}}}";
    assertThat(SafeTensorsFile.open(write(TestFiles.file(header, 16))).entries()).hasSize(1);
  }

  @Test
  void writingToTensorMemoryLeavesTheFileAlone() throws IOException {
    Path path = write(TestFiles.valid());
    TensorEntry w = SafeTensorsFile.open(path).find("w").orElseThrow();
    w.data().fill((byte) 99);
    assertThat(TestFiles.bytes(w)).containsOnly(99);
    assertThat(Files.readAllBytes(path)).isEqualTo(TestFiles.valid());
  }

  @Test
  void mapsFilesThatMayOnlyBeRead() throws IOException {
    Path path = write(TestFiles.valid());
    assertThat(path.toFile().setReadOnly()).isTrue();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = PrivateMapping.mapReadOnlyFile(path, arena);
      assertThat(mapped.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(TestFiles.valid());
      mapped.fill((byte) 7);
      assertThat(mapped.get(ValueLayout.JAVA_BYTE, mapped.byteSize() - 1)).isEqualTo((byte) 7);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(TestFiles.valid());
    assertThat(SafeTensorsFile.open(path).entries()).hasSize(2);
    assertThatThrownBy(() -> PrivateMapping.mapReadOnlyFile(folder.resolve("none"), Arena.ofAuto()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("errno 2");
  }

  @Test
  void closedArenaEndsAccess() throws IOException {
    TensorEntry entry;
    try (Arena arena = Arena.ofConfined()) {
      entry = SafeTensorsFile.open(write(TestFiles.valid()), arena).entries().getFirst();
    }
    assertThatThrownBy(() -> TestFiles.bytes(entry)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesWhatIsNoRegularFile() {
    assertThatThrownBy(() -> SafeTensorsFile.open(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> SafeTensorsFile.open(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("not a regular file");
  }

  static Stream<Arguments> attacks() {
    String tail = "\"shape\":[2,2],\"data_offsets\":[0,16]}}";
    byte[] plain = PLAIN.getBytes(StandardCharsets.UTF_8);
    byte[] notUtf8 = PLAIN.getBytes(StandardCharsets.UTF_8);
    notUtf8[2] = (byte) 0xFF;
    return Stream.of(
        Arguments.of("at least 8 bytes", new byte[0]),
        Arguments.of("at least 8 bytes", new byte[7]),
        Arguments.of("JSON object", new byte[8]),
        Arguments.of("at most 100000000", TestFiles.withLength(100_000_001, plain, 16)),
        Arguments.of("at most 100000000", TestFiles.withLength(-8, plain, 16)),
        Arguments.of("at most 100000000", TestFiles.withLength(Long.MIN_VALUE, plain, 16)),
        Arguments.of("inside the file", TestFiles.withLength(100_000_000, plain, 16)),
        Arguments.of("UTF-8", TestFiles.file(notUtf8, 16)),
        Arguments.of("begins with '{'", TestFiles.file(" " + PLAIN, 16)),
        Arguments.of("begins with '{'", TestFiles.file("[]", 0)),
        Arguments.of("strict JSON", TestFiles.file("{]", 0)),
        Arguments.of("strict JSON", TestFiles.file("{\"w\":", 0)),
        Arguments.of("strict JSON", TestFiles.file(PLAIN + "\0", 16)),
        Arguments.of("white space", TestFiles.file(PLAIN + "{}", 16)),
        Arguments.of("each tensor is an object", TestFiles.file("{\"w\":" + "[".repeat(5000), 0)),
        Arguments.of("strict JSON", TestFiles.file("{\"w\":{\"x\":" + "[".repeat(5000), 0)),
        Arguments.of("strict JSON", TestFiles.file(PLAIN.replace("\"w\"", "\"\\udc00\""), 16)),
        Arguments.of(
            "duplicate names", TestFiles.file(PREFIX + "[0,16]},\"w\":" + PLAIN.substring(5), 16)),
        Arguments.of("duplicate names", TestFiles.file(PREFIX + "[0,16],\"dtype\":\"I32\"}}", 16)),
        Arguments.of("object of strings", TestFiles.file("{\"__metadata__\":[]}", 0)),
        Arguments.of("values of __metadata__", TestFiles.file("{\"__metadata__\":{\"a\":1}}", 0)),
        Arguments.of("each tensor is an object", TestFiles.file("{\"w\":null}", 0)),
        Arguments.of("has a dtype", TestFiles.file("{\"w\":{" + tail, 16)),
        Arguments.of("dtype is a string", TestFiles.file("{\"w\":{\"dtype\":1," + tail, 16)),
        Arguments.of("dtype is one of", TestFiles.file("{\"w\":{\"dtype\":\"f32\"," + tail, 16)),
        Arguments.of("has a shape", TestFiles.file(PLAIN.replace("\"shape\":[2,2],", ""), 16)),
        Arguments.of("shape is an array", TestFiles.file(PLAIN.replace("[2,2]", "4"), 16)),
        Arguments.of("shape holds integers", TestFiles.file(PLAIN.replace("2,2", "2,2.0"), 16)),
        Arguments.of("shape holds integers", TestFiles.file(PLAIN.replace("2,2", "-2,-2"), 16)),
        Arguments.of("shape holds integers", TestFiles.file(PLAIN.replace("2,2", "\"4\""), 16)),
        Arguments.of("shape holds integers", TestFiles.file(PLAIN.replace("2,2", "1e400"), 16)),
        Arguments.of(
            "shape holds integers",
            TestFiles.file(PLAIN.replace("2,2", "18446744073709551620"), 16)),
        Arguments.of("strict JSON", TestFiles.file(PLAIN.replace("2,2", "1".repeat(20_000)), 16)),
        Arguments.of(
            "at most 64 values", TestFiles.file(PLAIN.replace("2,2", "4" + ",1".repeat(64)), 16)),
        Arguments.of(
            "below 2^63", TestFiles.file(PLAIN.replace("2,2", "4294967296,4294967296"), 16)),
        Arguments.of("below 2^63", TestFiles.file(PLAIN.replace("2,2", "4611686018427387908"), 16)),
        Arguments.of(
            "below 2^63",
            TestFiles.file(
                PLAIN.replace("2,2", "0,9223372036854775807,2").replace("0,16", "0,0"), 0)),
        Arguments.of(
            "whole number of bytes",
            TestFiles.file(PLAIN.replace("F32", "F4").replace("2,2", "3").replace("16", "1"), 1)),
        Arguments.of("fit the range", TestFiles.file(PLAIN.replace("2,2", "2,3"), 16)),
        Arguments.of("two data_offsets", TestFiles.file(PREFIX + "[16]}}", 16)),
        Arguments.of("__metadata__ is an object", TestFiles.file("{\"__metadata__\":null}", 0)),
        Arguments.of("two data_offsets", TestFiles.file(PLAIN.replace("data_", "data"), 16)),
        Arguments.of("at most 2 values", TestFiles.file(PREFIX + "[0,16,16]}}", 16)),
        Arguments.of("ends at or after", TestFiles.file(PREFIX + "[16,0]}}", 16)),
        Arguments.of("data_offsets holds integers", TestFiles.file(PREFIX + "[-16,0]}}", 16)),
        Arguments.of(
            "data_offsets holds integers",
            TestFiles.file(PREFIX + "[0,18446744073709551632]}}", 16)),
        Arguments.of("without hole or overlap", TestFiles.file(twoTensors("[0,16]", "[8,24]"), 24)),
        Arguments.of("without hole or overlap", TestFiles.file(twoTensors("[0,16]", "[0,16]"), 16)),
        Arguments.of(
            "without hole or overlap", TestFiles.file(twoTensors("[0,16]", "[20,36]"), 36)),
        Arguments.of("without hole or overlap", TestFiles.file(PREFIX + "[4,20]}}", 20)),
        Arguments.of(
            "without hole or overlap",
            TestFiles.file(PREFIX + "[4611686018427387904,4611686018427387920]}}", 16)),
        Arguments.of("cover the data exactly", TestFiles.file(twoTensors("[0,16]", "[16,32]"), 24)),
        Arguments.of("cover the data exactly", TestFiles.file(PLAIN, 20)),
        Arguments.of("cover the data exactly", TestFiles.file("{}", 1)));
  }

  private static String twoTensors(String first, String second) {
    return PREFIX + first + "},\"v\":" + PREFIX.substring(5) + second + "}}";
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("attacks")
  void refusesEveryAttackByTheRuleItBreaks(String rule, byte[] content) throws IOException {
    CorruptFileException error = refused(content);
    assertThat(error.rule()).contains(rule);
    assertThat(error.file()).isEqualTo(folder.resolve("model.safetensors"));
    assertThat(error)
        .hasMessageStartingWith("safetensors: " + error.file() + " is not valid (" + error.rule());
    assertThat(error.getMessage().length()).isLessThan(1500);
  }

  @Test
  void refusesAFileCutAtEveryByte() throws IOException {
    byte[] whole = TestFiles.valid();
    for (int length = 0; length < whole.length; length++) {
      assertThat(refused(Arrays.copyOf(whole, length))).as("cut at %d", length).isNotNull();
    }
  }

  @Test
  void manyTensorsCostLittleMemoryEach() throws IOException {
    int count = 20_000;
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      header.append(i == 0 ? "" : ",").append("\"layer.").append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[");
      header.append(i).append(',').append(i + 1).append("]}");
    }
    Path path = write(TestFiles.file(header.append('}').toString(), count));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    SafeTensorsFile file = SafeTensorsFile.open(path);
    long perTensor = (threads.getCurrentThreadAllocatedBytes() - before) / count;
    assertThat(file.entries()).hasSize(count);
    assertThat(file.find("layer.300").orElseThrow().data().get(ValueLayout.JAVA_BYTE, 0))
        .isEqualTo((byte) 300);
    assertThat(perTensor).as("bytes allocated for each tensor").isLessThan(2000);
  }

  @Test
  void saysWhatTheFileSeemsToBe() throws IOException {
    assertThat(
            refused(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
                    .getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("Git LFS pointer")
        .hasMessageContaining("git lfs pull");
    assertThat(refused("PK\3\4............".getBytes(StandardCharsets.ISO_8859_1)))
        .hasMessageContaining("PyTorch .bin");
    assertThat(refused("\n<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("web page");
    assertThat(refused("GGUF\3\0\0\0....".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("GGUF file");
    assertThat(refused(new byte[0])).hasMessageContaining("empty");
    assertThat(refused("\u0080\2}q\0.....".getBytes(StandardCharsets.ISO_8859_1)))
        .hasMessageContaining("pickle");
    assertThat(refused("{\"metadata\": {}}".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("index.json");
  }

  @Test
  void randomDamageIsRefusedOrHarmlessAndNeverCostsMuchMemory() throws IOException {
    long seed = 4711;
    Random random = new Random(seed);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] whole = TestFiles.valid();
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] damaged = damage(whole, random);
      Path file = write(damaged);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        for (TensorEntry entry : SafeTensorsFile.open(file).entries()) {
          TestFiles.bytes(entry);
        }
      } catch (CorruptFileException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + " of seed " + seed, e);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated in round %d of seed %d", round, seed)
          .isLessThan(4L << 20);
    }
    assertThat(refused).as("refused of 2000, seed %d", seed).isBetween(1000, 1999);
  }

  private static byte[] damage(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        case 3 -> bytes[at] = (byte) ('0' + random.nextInt(10));
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(16), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }
    return bytes;
  }
}
