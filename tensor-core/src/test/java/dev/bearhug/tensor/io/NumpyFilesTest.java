package dev.bearhug.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumpyFilesTest {

  @TempDir Path folder;
  private final Scope scope = Scope.open("test");

  @AfterEach
  void close() {
    scope.close();
  }

  private static byte[] npy(int version, String header, byte[] data) {
    byte[] text =
        header.getBytes(version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    ByteBuffer b =
        ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    b.put((byte) version).put((byte) 0);
    if (version == 1) {
      b.putShort((short) text.length);
    } else {
      b.putInt(text.length);
    }
    b.put(text).put(data);
    byte[] all = new byte[b.position()];
    b.flip().get(all);
    return all;
  }

  private static String header(String descr, boolean fortran, String shape) {
    return "{'descr': '"
        + descr
        + "', 'fortran_order': "
        + (fortran ? "True" : "False")
        + ", 'shape': "
        + shape
        + ", }   \n";
  }

  private Tensor read(byte[] bytes) throws IOException {
    Path file = folder.resolve("a.npy");
    Files.write(file, bytes);
    return NumpyFiles.readNpy(file);
  }

  private void assertRefused(byte[] bytes, String rule) {
    long before = SegmentPool.SHARED.stats().buffers();
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("npy: ")
        .hasMessageContaining(rule);
    assertThat(SegmentPool.SHARED.stats().buffers()).isLessThanOrEqualTo(before);
  }

  @Test
  void readsEveryVersionAndByteOrder() throws IOException {
    for (int version = 1; version <= 3; version++) {
      for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
        String sign = order == ByteOrder.BIG_ENDIAN ? ">" : "<";
        byte[] data = new byte[24];
        ByteBuffer.wrap(data).order(order).putDouble(1.5).putDouble(-2).putDouble(1e300);
        Tensor t = read(npy(version, header(sign + "f8", false, "(3,)"), data));
        assertThat(t.dtype()).isEqualTo(DType.F64);
        assertThat(t.toDoubleArray()).containsExactly(1.5, -2, 1e300);
        ByteBuffer.wrap(data).order(order).putLong(1L << 60).putLong(-5).putLong(3);
        assertThat(read(npy(version, header(sign + "i8", false, "(3, 1)"), data)).toLongArray())
            .containsExactly(1L << 60, -5, 3);
      }
    }
  }

  @Test
  void readsEveryTypeAsItselfOrTheNextWiderOne() throws IOException {
    check("|b1", DType.BOOL, new byte[] {0, 2}, 0, 1);
    check("?", DType.BOOL, new byte[] {1, 0}, 1, 0);
    check("|u1", DType.U8, new byte[] {-1, 1}, 255, 1);
    check("|i1", DType.I32, new byte[] {-1, 1}, -1, 1);
    check("<i2", DType.I32, new byte[] {-1, -1, 0, 1}, -1, 256);
    check(">u2", DType.I32, new byte[] {-1, -1, 0, 1}, 65535, 1);
    check("<i4", DType.I32, new byte[] {-2, -1, -1, -1, 1, 0, 0, 0}, -2, 1);
    check("<u4", DType.I64, new byte[] {-1, -1, -1, -1, 1, 0, 0, 0}, 4294967295.0, 1);
    check(">f4", DType.F32, new byte[] {0x3f, -128, 0, 0, (byte) 0xc0, 0, 0, 0}, 1, -2);
    check("<f2", DType.F16, new byte[] {0, 0x3c, 0, (byte) 0xc0}, 1, -2);
    check("<V2", DType.BF16, new byte[] {(byte) 0x80, 0x3f, 0, (byte) 0xc0}, 1, -2);
    byte[] eight = new byte[16];
    eight[7] = 1;
    eight[15] = 9;
    check(">u8", DType.I64, eight, 1, 9);
  }

  private void check(String descr, DType dtype, byte[] data, double... values) throws IOException {
    Tensor t = read(npy(1, header(descr, false, "(2,)"), data));
    assertThat(t.dtype()).as(descr).isEqualTo(dtype);
    assertThat(t.toDoubleArray()).as(descr).containsExactly(values);
  }

  @Test
  void turnsColumnMajorArrays() throws IOException {
    byte[] data = {1, 2, 3, 4, 5, 6};
    Tensor t = read(npy(1, header("|u1", true, "(2, 3)"), data));
    assertThat(t.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(t.layout().isContiguous()).isTrue();
    assertThat(t.toLongArray()).containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(read(npy(1, header("|u1", true, "(1, 3, 2)"), data)).toLongArray())
        .containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(read(npy(1, header("|u1", true, "()"), new byte[] {7})).item()).isEqualTo(7);
    assertThat(read(npy(1, header("<f4", true, "(0, 5)"), new byte[0])).shape())
        .isEqualTo(Shape.of(0, 5));
  }

  @Test
  void writesWhatNumpyReads() throws IOException {
    Path file = folder.resolve("out.npy");
    NumpyFiles.writeNpy(file, Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).transpose(0, 1));
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes.length).isEqualTo(128 + 16);
    String text = new String(bytes, 10, 118, StandardCharsets.ISO_8859_1);
    assertThat(text).startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), } ");
    assertThat(text).endsWith(" \n");
    assertThat(bytes[8] + 256 * bytes[9]).isEqualTo(118);
    assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(132)).isEqualTo(3);
    assertThat(NpyHeader.text(DType.BOOL, new long[] {7})).contains("'|b1'").contains("(7,)");
    assertThat(NpyHeader.text(DType.I64, new long[] {})).contains("'shape': ()");
  }

  @Test
  void everyTypeComesBackBitForBit() throws IOException {
    for (DType dtype : DType.values()) {
      for (long[] shape : new long[][] {{}, {3}, {2, 1, 3}, {0, 2}, {300, 301}}) {
        Tensor t = Tensor.full(Shape.of(shape), 1, dtype, Device.CPU);
        Path file = folder.resolve("t.npy");
        NumpyFiles.writeNpy(file, t);
        Tensor back = NumpyFiles.readNpy(file);
        assertThat(back.dtype()).isEqualTo(dtype);
        assertThat(back.shape()).isEqualTo(t.shape());
        assertThat(back.asSegment().mismatch(t.asSegment())).isEqualTo(-1);
      }
    }
  }

  @Test
  void archivesKeepNamesAndOrder() throws IOException {
    for (boolean compressed : new boolean[] {false, true}) {
      Path file = folder.resolve("a.npz");
      TensorMap map = new TensorMap();
      map.put("layer.weight", Tensor.ones(20, 30));
      map.put("ids", Tensor.of(new long[] {1, 2}));
      NumpyFiles.writeNpz(file, map, compressed);
      TensorMap back = NumpyFiles.readNpz(file);
      assertThat(back.names()).containsExactly("layer.weight", "ids");
      assertThat(back.get("layer.weight").shape()).isEqualTo(Shape.of(20, 30));
      assertThat(back.get("ids").toLongArray()).containsExactly(1, 2);
      assertThat(Files.size(file) < 1000).isEqualTo(compressed);
      back.values().forEach(Tensor::close);
    }
  }

  @Test
  void refusesHostileHeaders() {
    byte[] four = new byte[4];
    assertRefused(new byte[] {1, 2, 3}, "must not end early");
    assertRefused("not an array".getBytes(StandardCharsets.US_ASCII), "it must start with");
    assertRefused(npy(4, header("<f4", false, "(1,)"), four), "the version must be");
    byte[] longHeader = npy(2, header("<f4", false, "(1,)"), four);
    longHeader[11] = 0x7f;
    assertRefused(longHeader, "the header must be inside the file");
    assertRefused(
        npy(2, " ".repeat(70000) + header("<f4", false, "(1,)"), four), "at most 65536 bytes");
    assertRefused(npy(1, header("|O", false, "(1,)"), four), "pickled programs");
    assertRefused(npy(1, header("<c8", false, "(1,)"), four), "the type must be f2");
    assertRefused(npy(1, header("|V2", false, "(2,)"), four), "<V2 for bfloat16");
    assertRefused(npy(1, header("V2", false, "(2,)"), four), "<V2 for bfloat16");
    assertRefused(
        npy(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", four),
        "records of several fields");
    String huge = "(1152921504606846976, 16, 16)";
    assertRefused(npy(1, header("<f4", false, huge), four), "sizes must be whole numbers");
    String large = "(999999999999999999, 999999999)";
    assertRefused(npy(1, header("<f4", false, large), four), "multiply to less than");
    assertRefused(
        npy(1, header("<f4", false, "(0, 999999999999999999, 999999999)"), new byte[0]),
        "multiply to less than");
    assertRefused(npy(1, header("<f4", false, "(1000000000,)"), four), "exactly the bytes");
    assertRefused(npy(1, header("<f4", false, "(-1,)"), four), "sizes must be whole numbers");
    assertRefused(
        npy(1, header("|u1", false, "(" + "1,".repeat(65) + ")"), new byte[1]), "at most 64 axes");
    assertRefused(npy(1, header("<f4", false, "(1,)"), new byte[5]), "exactly the bytes");
    assertRefused(npy(1, header("<f4", false, "(1"), four), "sizes must be whole numbers");
    assertRefused(npy(1, header("<f4", false, "(1 2)"), four), "\")\" is wanted");
    assertRefused(npy(1, "{'descr': '<f4', 'shape': (1,)}", four), "the header must give");
    assertRefused(
        npy(1, "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", four), "no key may occur twice");
    assertRefused(npy(1, "{'descr': '<f4'} x", four), "nothing may follow");
    assertRefused(npy(1, "{'descr", four), "a text in quotes is wanted");
    assertRefused(
        npy(1, header("<u8", false, "(1,)"), new byte[] {0, 0, 0, 0, 0, 0, 0, -1}),
        "values must be below 2^63");
  }

  @Test
  void refusesHostileArchives() throws IOException {
    Path file = folder.resolve("bomb.npz");
    byte[] zeros = new byte[80 << 20];
    Files.write(file, zip(Map.of("a.npy", npy(1, header("|u1", false, "(83886080,)"), zeros))));
    assertThatThrownBy(() -> NumpyFiles.readNpz(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("must unpack to at most 67108864 bytes");
    NumpyFiles.readNpz(file, 100 << 20).values().forEach(Tensor::close);
    Files.write(file, zip(Map.of("readme.txt", new byte[3])));
    assertThatThrownBy(() -> NumpyFiles.readNpz(file))
        .hasMessageContaining("entries must end in .npy");
    Files.write(file, new byte[100]);
    assertThatThrownBy(() -> NumpyFiles.readNpz(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("it must be a whole zip archive");
  }

  /** Made by NumPy: savez_compressed of a big-endian column-major, a scalar and a boolean array. */
  private static final String BY_NUMPY =
      "UEsDBC0AAAAIAAAAIQDhHvqo//////////8FABQAYS5ucHkBABAAjAAAAAAAAABRAAAAAAAAAJvs"
          + "F+obEMnIUMZQrZ6SWpxcpG6loG6XaaSuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoK"
          + "xpo6CrUK5AMuBgYGZgZGBhYGJgZWAFBLAwQtAAAACAAAACEANbQ6k///////////BQAUAGIubnB5"
          + "AQAQAIgAAAAAAAAARwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBef"
          + "X5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBLgYwYHEAAFBLAwQtAAAACAAAACEA7hm7Xf//////"
          + "////BwAUAGMuZC5ucHkBABAAggAAAAAAAABGAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF6T"
          + "ZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC5GBgBQSwECLQMtAAAA"
          + "CAAAACEA4R76qFEAAACMAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5ucHlQSwECLQMtAAAACAAAACEA"
          + "NbQ6k0cAAACIAAAABQAAAAAAAAAAAAAAgAGIAAAAYi5ucHlQSwECLQMtAAAACAAAACEA7hm7XUYA"
          + "AACCAAAABwAAAAAAAAAAAAAAgAEGAQAAYy5kLm5weVBLBQYAAAAAAwADAJsAAACFAQAAAAA=";

  @Test
  void readsAnArchiveMadeByNumpy() throws IOException {
    Path file = folder.resolve("numpy.npz");
    Files.write(file, Base64.getDecoder().decode(BY_NUMPY));
    TensorMap map = NumpyFiles.readNpz(file);
    assertThat(map.names()).containsExactly("a", "b", "c.d");
    assertThat(map.get("a").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(map.get("a").toLongArray()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(map.get("b").item()).isEqualTo(2.5);
    assertThat(map.get("c.d").toBooleanArray()).containsExactly(true, false);
    map.values().forEach(Tensor::close);
  }

  @Test
  void noticesChangedBytesInArchives() throws IOException {
    Path file = folder.resolve("changed.npz");
    TensorMap map = new TensorMap();
    map.put("a", Tensor.ones(100, 100));
    NumpyFiles.writeNpz(file, map, false);
    byte[] bytes = Files.readAllBytes(file);
    bytes[20_000] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> NumpyFiles.readNpz(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("size and checksum of an entry must be right; a.npy");
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(e.getKey()));
        zip.write(e.getValue());
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }
}
