package dev.bearhug.tasks.processor.internal;

import java.nio.file.Path;
import java.util.List;

/**
 * A cursor over the rows of one file.
 *
 * <p>Columns are addressed by name; the columns of a file without header are named by their index
 * from "0".
 */
public interface RowReader extends AutoCloseable {

  /** Moves to the next row; returns false at the end of the file. */
  boolean next();

  /** Returns the file. */
  Path file();

  /** Returns the line on which the present row starts, from 1. */
  long line();

  /** Returns the columns of the present row, or those of the file before the first row. */
  List<String> columns();

  /** Says whether the present row has a column. */
  boolean has(String column);

  /** Returns the text in a column of the present row; an absent column is an error. */
  String text(String column);

  /** Returns the label in a column, or {@code null} when the column is absent or holds null. */
  RawLabel label(String column);

  /** Returns the number of blank lines skipped so far. */
  long blankLines();

  @Override
  void close();
}
