package dev.bearhug.tasks.processor;

import java.nio.file.Path;

/** Data that cannot be used, with the place where it was found. */
public final class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The file or folder, or {@code null} when the problem has no place. */
  public final transient Path file;

  /** The line from 1, or 0 when the problem concerns the whole file. */
  public final long line;

  /** The column from 1, or 0 when unknown. */
  public final long column;

  private DataException(String message, Path file, long line, long column) {
    super(message);
    this.file = file;
    this.line = line;
    this.column = column;
  }

  /** Returns an error about data as a whole. */
  public static DataException general(String message) {
    return new DataException("data: " + message, null, 0, 0);
  }

  /** Returns an error about a file or folder. */
  public static DataException in(Path file, String message) {
    return new DataException("data: " + file + ": " + message, file, 0, 0);
  }

  /** Returns an error about a line. */
  public static DataException at(Path file, long line, String message) {
    return new DataException("data: " + file + ":" + line + ": " + message, file, line, 0);
  }

  /** Returns an error about a character or byte of a line. */
  public static DataException at(Path file, long line, long column, String message) {
    return new DataException(
        "data: " + file + ":" + line + ":" + column + ": " + message, file, line, column);
  }
}
