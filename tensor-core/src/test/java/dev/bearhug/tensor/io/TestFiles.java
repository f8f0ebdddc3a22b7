package dev.bearhug.tensor.io;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds safetensors files by hand. */
final class TestFiles {
  /** A valid file of two tensors and metadata, 24 bytes of data. */
  static final String VALID_HEADER =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
          + "\"b\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[16,24]}}";

  private TestFiles() {}

  /** Header length, header, then data bytes 0, 1, 2, ... */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    return withLength(header.length, header, dataBytes);
  }

  static byte[] withLength(long length, byte[] header, int dataBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    out.writeBytes(header);
    for (int i = 0; i < dataBytes; i++) {
      out.write(i);
    }
    return out.toByteArray();
  }

  static byte[] valid() {
    return file(VALID_HEADER, 24);
  }

  static byte[] bytes(TensorEntry entry) {
    return entry.data().toArray(ValueLayout.JAVA_BYTE);
  }

  static TensorEntry floats(String name, float... values) {
    return new TensorEntry(name, "F32", new long[] {values.length}, MemorySegment.ofArray(values));
  }
}
