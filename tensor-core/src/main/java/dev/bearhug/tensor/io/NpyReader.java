package dev.bearhug.tensor.io;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads one array from a stream; what the header claims is checked before memory is taken. */
final class NpyReader {

  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final InputStream in;
  private final long size;

  /**
   * A reader.
   *
   * @param file for messages
   * @param size bytes of the stream
   */
  NpyReader(Path file, InputStream in, long size) {
    this.file = file;
    this.in = in;
    this.size = size;
  }

  Tensor read() throws IOException {
    try {
      byte[] start = bytes(8);
      if (!Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
        throw new NpyHeader.Refused("it must start with \\x93NUMPY", Arrays.toString(start));
      }
      int version = start[6];
      if (version < 1 || version > 3 || start[7] != 0) {
        throw new NpyHeader.Refused(
            "the version must be 1.0, 2.0 or 3.0", version + "." + start[7]);
      }
      byte[] counted = bytes(version == 1 ? 2 : 4);
      long length = 0;
      for (int i = counted.length - 1; i >= 0; i--) {
        length = length << 8 | counted[i] & 0xff;
      }
      long left = size - 8 - counted.length;
      if (length > Math.min(left, LONGEST_HEADER)) {
        throw new NpyHeader.Refused(
            "the header must be inside the file and at most " + LONGEST_HEADER + " bytes",
            length + " bytes");
      }
      NpyHeader header = NpyHeader.parse(bytes((int) length), version == 3);
      long needed = header.numel() * header.type().bytes();
      if (needed != left - length) {
        throw new NpyHeader.Refused(
            "type and shape must need exactly the bytes that follow",
            needed + " needed, " + (left - length) + " there");
      }
      return values(header);
    } catch (NpyHeader.Refused e) {
      throw new CorruptFileException(
          "npy", file, e.getMessage(), e.actual(), "Save it again with numpy.save.", e);
    }
  }

  private byte[] bytes(int count) throws IOException, NpyHeader.Refused {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new NpyHeader.Refused("it must not end early", "a part of " + bytes.length + " bytes");
    }
    return bytes;
  }

  private Tensor values(NpyHeader header) throws IOException, NpyHeader.Refused {
    NpyType type = header.type();
    DType dtype = type.dtype();
    long[] stored = header.shape().clone();
    if (header.fortran()) {
      for (int i = 0; i < stored.length; i++) {
        stored[i] = header.shape()[stored.length - 1 - i];
      }
    }
    Tensor t = Tensor.empty(Shape.of(stored), dtype, Device.CPU);
    try {
      long n = t.numel();
      int perChunk = CHUNK / type.bytes();
      for (long done = 0; done < n; done += perChunk) {
        int count = (int) Math.min(perChunk, n - done);
        byte[] chunk = bytes(count * type.bytes());
        long target = t.address() + done * dtype.bytes();
        if (type.isPlain()) {
          MemorySegment.copy(
              chunk, 0, NativeMemory.ALL, ValueLayout.JAVA_BYTE, target, chunk.length);
        } else {
          for (int i = 0; i < count; i++) {
            type.convert(chunk, i * type.bytes(), target + (long) i * dtype.bytes());
          }
        }
      }
    } catch (IOException | NpyHeader.Refused | RuntimeException e) {
      t.close();
      throw e;
    }
    return header.fortran() && stored.length > 1 ? turned(t) : t;
  }

  private static Tensor turned(Tensor columnMajor) {
    int[] order = new int[columnMajor.rank()];
    Arrays.setAll(order, i -> order.length - 1 - i);
    try (Scope scope = Scope.open("npy")) {
      Tensor rowMajor = scope.keep(columnMajor.permute(order).copy());
      columnMajor.close();
      return rowMajor;
    }
  }
}
