package dev.bearhug.tensor.io;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes arrays of NumPy: {@code .npy} files of one array and {@code .npz} archives of
 * several with names.
 *
 * <p>Read are the versions 1.0 to 3.0, both byte orders, both orders of axes, and the types f2, f4,
 * f8, i1 to i8, u1 to u8 and b1; types the engine lacks become the next wider one that holds every
 * value. Written is version 1.0 in row-major order with the low byte first. NumPy has no bfloat16:
 * it is stored as {@code <V2}, as {@code numpy.save} does with the bfloat16 of the package
 * ml_dtypes, and that is read as {@code BF16}. The same without a byte order, {@code |V2}, are raw
 * bytes of unknown meaning and are refused. Arrays of objects hold pickled programs and are
 * refused.
 *
 * <p>Format: <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>.
 */
public final class NumpyFiles {

  private static final String SUFFIX = ".npy";
  private static final int ALIGNMENT = 64;
  private static final int CHUNK = 1 << 16;

  /** Archives may unpack to this many times their size, or to {@link #SMALL_ARCHIVE}. */
  private static final long USUAL_RATIO = 64;

  private static final long SMALL_ARCHIVE = 64L << 20;

  private NumpyFiles() {}

  /**
   * Reads an array; the tensor belongs to the innermost open scope.
   *
   * @throws CorruptFileException if the file breaks a rule of the format, or holds a type without
   *     counterpart
   * @throws IOException if it is missing or cannot be read
   */
  public static Tensor readNpy(Path path) throws IOException {
    long size = Files.size(path);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), CHUNK)) {
      return new NpyReader(path, in, size).read();
    }
  }

  /**
   * Writes a tensor of any device; the file appears whole or not at all.
   *
   * @throws IOException if it cannot be written; an old file is then untouched
   */
  public static void writeNpy(Path path, Tensor tensor) throws IOException {
    AtomicFiles.write(path, out -> write(Channels.newOutputStream(out), tensor));
  }

  /**
   * Reads an archive that unpacks to at most 64 times its size, or 64 MiB.
   *
   * @return the arrays by name, outside of scopes
   * @throws CorruptFileException as {@link #readNpy}, or if it unpacks to more
   * @throws IOException if it is missing or cannot be read
   */
  public static TensorMap readNpz(Path path) throws IOException {
    return readNpz(
        path, Math.max(SMALL_ARCHIVE, Math.multiplyExact(Files.size(path), USUAL_RATIO)));
  }

  /**
   * Reads an archive.
   *
   * @param mostBytes largest size of all arrays together, as they are stored when unpacked
   * @return the arrays by name, outside of scopes
   * @throws CorruptFileException as {@link #readNpy}, or if it unpacks to more
   * @throws IOException if it is missing or cannot be read
   */
  public static TensorMap readNpz(Path path, long mostBytes) throws IOException {
    TensorMap map = new TensorMap();
    try (ZipFile zip = new ZipFile(path.toFile());
        Scope.Detached ignored = Scope.detach()) {
      checkEntries(path, zip, mostBytes);
      for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
        ZipEntry entry = e.nextElement();
        String name = entry.getName();
        CheckedInputStream checked = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        try (InputStream in = new BufferedInputStream(checked, CHUNK)) {
          Tensor t = new NpyReader(path, in, entry.getSize()).read();
          map.put(name.substring(0, name.length() - SUFFIX.length()), t);
          if (in.read() >= 0 || checked.getChecksum().getValue() != entry.getCrc()) {
            throw refused(path, "size and checksum of an entry must be right", name, null);
          }
        }
      }
      return map;
    } catch (ZipException | EOFException e) {
      map.values().forEach(Tensor::close);
      throw refused(path, "it must be a whole zip archive", String.valueOf(e.getMessage()), e);
    } catch (IOException | RuntimeException e) {
      map.values().forEach(Tensor::close);
      throw e;
    }
  }

  private static void checkEntries(Path path, ZipFile zip, long mostBytes) {
    Set<String> names = new HashSet<>();
    long left = mostBytes;
    for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
      ZipEntry entry = e.nextElement();
      if (!entry.getName().endsWith(SUFFIX) || !names.add(entry.getName())) {
        throw refused(
            path, "entries must end in .npy and have different names", entry.getName(), null);
      }
      if (entry.getSize() < 0 || entry.getSize() > left) {
        throw refused(
            path,
            "its arrays must unpack to at most " + mostBytes + " bytes",
            entry.getName() + " claims " + entry.getSize(),
            null);
      }
      left -= entry.getSize();
    }
  }

  private static CorruptFileException refused(
      Path path, String rule, String actual, Throwable cause) {
    return new CorruptFileException(
        "npz",
        path,
        rule,
        actual,
        "Save it again with numpy.savez; if it is meant to be that large, give readNpz the size.",
        cause);
  }

  /**
   * Writes tensors of any device; the file appears whole or not at all.
   *
   * @param compressed whether to deflate them, which is slow and seldom saves much of weights
   * @throws IOException if it cannot be written; an old file is then untouched
   */
  public static void writeNpz(Path path, TensorMap tensors, boolean compressed) throws IOException {
    AtomicFiles.write(
        path,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
          zip.setLevel(compressed ? Deflater.DEFAULT_COMPRESSION : Deflater.NO_COMPRESSION);
          for (String name : tensors.names()) {
            ZipEntry entry = new ZipEntry(name + SUFFIX);
            entry.setTime(0);
            zip.putNextEntry(entry);
            write(zip, tensors.get(name));
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  private static void write(OutputStream out, Tensor tensor) throws IOException {
    String text = NpyHeader.text(tensor.dtype(), tensor.shape().dims());
    int start = NpyReader.MAGIC.length + 4;
    int length = (start + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT - start;
    byte[] header = new byte[start + length];
    Arrays.fill(header, (byte) ' ');
    System.arraycopy(NpyReader.MAGIC, 0, header, 0, NpyReader.MAGIC.length);
    header[6] = 1;
    header[7] = 0;
    header[8] = (byte) length;
    header[9] = (byte) (length >> 8);
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, header, start, ascii.length);
    header[header.length - 1] = '\n';
    out.write(header);
    try (Scope scope = Scope.open("write npy")) {
      MemorySegment bytes = TensorFiles.toEntry("array", tensor).data();
      byte[] chunk = new byte[(int) Math.min(CHUNK, bytes.byteSize())];
      for (long done = 0; done < bytes.byteSize(); done += chunk.length) {
        int count = (int) Math.min(chunk.length, bytes.byteSize() - done);
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, chunk, 0, count);
        out.write(chunk, 0, count);
      }
    }
  }
}
