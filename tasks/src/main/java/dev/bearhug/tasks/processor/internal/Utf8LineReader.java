package dev.bearhug.tasks.processor.internal;

import dev.bearhug.tasks.processor.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads lines of strict UTF-8 and knows their numbers.
 *
 * <p>Lines end with LF or CR LF; a byte order mark at the start is dropped. A malformed byte is an
 * error with file, line and byte.
 */
public final class Utf8LineReader implements AutoCloseable {

  /** No line may be longer: a limit for hostile files, far above any real text. */
  public static final int MAX_LINE_BYTES = 64 << 20;

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final byte[] block = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] bytes = new byte[1 << 10];
  private long line;
  private String ending = "";

  private Utf8LineReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /** Opens a file; a missing or unreadable one is a {@link DataException}. */
  public static Utf8LineReader open(Path file) {
    try {
      return new Utf8LineReader(file, Files.newInputStream(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Returns the next line without its ending, or {@code null} at the end of the file. */
  public String readLine() {
    int length = 0;
    boolean any = false;
    boolean ended = false;
    while (!ended && (position < limit || fill())) {
      any = true;
      int start = position;
      while (position < limit && block[position] != '\n') {
        position++;
      }
      length = append(start, position - start, length);
      ended = position < limit;
      position += ended ? 1 : 0;
    }
    if (!any) {
      return null;
    }
    line++;
    ending = ended ? "\n" : "";
    if (ended && length > 0 && bytes[length - 1] == '\r') {
      length--;
      ending = "\r\n";
    }
    String text = decode(length);
    return line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Returns the number of the line read last, from 1. */
  public long line() {
    return line;
  }

  /** Returns the ending of the line read last: LF, CR LF, or nothing at the end of the file. */
  public String ending() {
    return ending;
  }

  /** Returns the file. */
  public Path file() {
    return file;
  }

  /** Returns a character stream over the remaining lines. */
  public Reader asReader() {
    return new Reader() {
      private String text = "";
      private int next;

      @Override
      public int read(char[] target, int offset, int count) {
        while (next == text.length()) {
          String read = readLine();
          if (read == null) {
            return -1;
          }
          text = read + ending;
          next = 0;
        }
        int taken = Math.min(count, text.length() - next);
        text.getChars(next, next + taken, target, offset);
        next += taken;
        return taken;
      }

      @Override
      public void close() {
        Utf8LineReader.this.close();
      }
    };
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private boolean fill() {
    try {
      position = 0;
      limit = Math.max(0, in.read(block));
      return limit > 0;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private int append(int start, int count, int length) {
    if (length + count > MAX_LINE_BYTES) {
      throw DataException.at(
          file,
          line + 1,
          "the line is longer than " + (MAX_LINE_BYTES >> 20) + " MiB. Is this a text file?");
    }
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
    System.arraycopy(block, start, bytes, length, count);
    return length + count;
  }

  private String decode(int length) {
    ByteBuffer source = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer target = CharBuffer.allocate(length);
    decoder.reset();
    CoderResult result = decoder.decode(source, target, true);
    if (result.isError()) {
      int at = source.position();
      throw DataException.at(
          file,
          line,
          at + 1L,
          "byte 0x%02X is not valid UTF-8 (byte %d of the line). ".formatted(bytes[at], at + 1)
              + "Is the file in another encoding, such as GBK or UTF-16? Convert it to UTF-8.");
    }
    return target.flip().toString();
  }

  private static DataException unreadable(Path file, IOException e) {
    DataException error =
        DataException.in(
            file, "cannot be read (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ").");
    error.initCause(e);
    return error;
  }
}
