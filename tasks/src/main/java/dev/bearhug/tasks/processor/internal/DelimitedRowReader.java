package dev.bearhug.tasks.processor.internal;

import dev.bearhug.tasks.processor.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads delimited rows, with quotes as in RFC 4180 or with none.
 *
 * <p>With quotes, a field that starts with a double quote runs to the closing one, doubled quotes
 * stand for one, and delimiters and line ends inside belong to the field; a quote inside an
 * unquoted field is an ordinary character. Without quotes, as in the TSV files of GLUE, every quote
 * is one.
 */
public final class DelimitedRowReader implements RowReader {

  private static final int MAX_RECORD_CHARS = 16 << 20;

  private final Utf8LineReader lines;
  private final char delimiter;
  private final boolean quotes;
  private final List<String> columns;
  private final long widthLine;
  private List<String> pending;
  private long pendingLine;
  private List<String> row;
  private long line;
  private long blankLines;

  /**
   * Opens a file and reads its header, or its first row to learn the number of columns.
   *
   * @param delimiter the character between fields
   * @param quotes whether double quotes are special
   * @param header whether the first row names the columns
   */
  public static DelimitedRowReader open(Path file, char delimiter, boolean quotes, boolean header) {
    Utf8LineReader lines = Utf8LineReader.open(file);
    try {
      return new DelimitedRowReader(lines, delimiter, quotes, header);
    } catch (DataException e) {
      lines.close();
      throw e;
    }
  }

  private DelimitedRowReader(Utf8LineReader lines, char delimiter, boolean quotes, boolean header) {
    this.lines = lines;
    this.delimiter = delimiter;
    this.quotes = quotes;
    List<String> first = readRecord();
    this.widthLine = line;
    if (first == null) {
      this.columns = List.of();
    } else if (header) {
      this.columns = header(first);
    } else {
      this.columns = IntStream.range(0, first.size()).mapToObj(Integer::toString).toList();
      this.pending = first;
      this.pendingLine = line;
    }
  }

  private List<String> header(List<String> fields) {
    Set<String> seen = new HashSet<>();
    for (String name : fields) {
      if (!seen.add(name)) {
        throw DataException.at(
            file(),
            line,
            "the header names the column \""
                + name
                + "\" twice ("
                + String.join(", ", fields)
                + "). Rename one, or set data.header=false if this is no header.");
      }
    }
    return List.copyOf(fields);
  }

  @Override
  public boolean next() {
    if (pending != null) {
      row = pending;
      line = pendingLine;
      pending = null;
      return true;
    }
    row = readRecord();
    if (row == null) {
      return false;
    }
    if (row.size() != columns.size()) {
      throw wrongWidth();
    }
    return true;
  }

  private DataException wrongWidth() {
    String cause =
        quotes
            ? "A field with a delimiter inside must be in quotes."
            : "Fields must not contain the delimiter; if they are quoted, set data.quote=true.";
    if (row.size() == 1) {
      for (char other : new char[] {'\t', ',', ';', '|'}) {
        if (other != delimiter && row.get(0).indexOf(other) >= 0) {
          cause = "The delimiter may be " + name(other) + ": set data.delimiter.";
        }
      }
    }
    return DataException.at(
        file(),
        line,
        "the row has %d fields, line %d has %d (delimiter %s, quotes %s). %s"
            .formatted(
                row.size(),
                widthLine,
                columns.size(),
                name(delimiter),
                quotes ? "on" : "off",
                cause));
  }

  private static String name(char delimiter) {
    return delimiter == '\t' ? "tab" : "'" + delimiter + "'";
  }

  private List<String> readRecord() {
    String text;
    while ((text = lines.readLine()) != null) {
      line = lines.line();
      if (text.isBlank() && text.indexOf(delimiter) < 0) {
        blankLines++;
        continue;
      }
      return quotes ? parseQuoted(text) : split(text);
    }
    return null;
  }

  private List<String> split(String text) {
    List<String> fields = new ArrayList<>();
    int start = 0;
    for (int end; (end = text.indexOf(delimiter, start)) >= 0; start = end + 1) {
      fields.add(text.substring(start, end));
    }
    fields.add(text.substring(start));
    return fields;
  }

  private List<String> parseQuoted(String first) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    String text = first;
    int i = 0;
    while (true) {
      field.setLength(0);
      if (i < text.length() && text.charAt(i) == '"') {
        long openedAt = lines.line();
        int openedColumn = i + 1;
        i++;
        while (true) {
          int close = text.indexOf('"', i);
          if (close < 0) {
            field.append(text, i, text.length()).append(lines.ending());
            text = field.length() > MAX_RECORD_CHARS ? null : lines.readLine();
            if (text == null) {
              throw DataException.at(
                  file(),
                  openedAt,
                  openedColumn,
                  "the quote that opens here is never closed. Double the quotes inside of a field,"
                      + " or set data.quote=false if quotes are ordinary characters.");
            }
            i = 0;
          } else if (close + 1 < text.length() && text.charAt(close + 1) == '"') {
            field.append(text, i, close + 1);
            i = close + 2;
          } else {
            field.append(text, i, close);
            i = close + 1;
            break;
          }
        }
        if (i < text.length() && text.charAt(i) != delimiter) {
          throw DataException.at(
              file(),
              lines.line(),
              i + 1L,
              "a closing quote must be followed by "
                  + name(delimiter)
                  + " or the end of the line (found '"
                  + text.charAt(i)
                  + "'). Double the quotes inside of a field, or check data.delimiter.");
        }
      } else {
        int end = text.indexOf(delimiter, i);
        end = end < 0 ? text.length() : end;
        field.append(text, i, end);
        i = end;
      }
      fields.add(field.toString());
      if (i >= text.length()) {
        return fields;
      }
      i++;
    }
  }

  @Override
  public Path file() {
    return lines.file();
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public boolean has(String column) {
    return index(column) >= 0;
  }

  @Override
  public String text(String column) {
    int index = index(column);
    if (index < 0) {
      throw MissingColumn.error(file(), line, column, columns);
    }
    return row.get(index);
  }

  @Override
  public RawLabel label(String column) {
    int index = index(column);
    return index < 0 ? null : RawLabel.of(row.get(index).strip());
  }

  /** Finds a column by its name, else by a 0-based index. */
  private int index(String column) {
    int byName = columns.indexOf(column);
    if (byName >= 0 || !column.matches("\\d{1,6}")) {
      return byName;
    }
    int index = Integer.parseInt(column);
    return index < columns.size() ? index : -1;
  }

  @Override
  public long blankLines() {
    return blankLines;
  }

  @Override
  public void close() {
    lines.close();
  }
}
