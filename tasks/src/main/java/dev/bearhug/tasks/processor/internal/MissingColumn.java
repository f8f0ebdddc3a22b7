package dev.bearhug.tasks.processor.internal;

import dev.bearhug.tasks.processor.DataException;
import dev.bearhug.tensor.error.Suggestions;
import java.nio.file.Path;
import java.util.List;

/** The error for a column that is not there. */
public final class MissingColumn {

  private MissingColumn() {}

  /** Returns the error, which lists the present columns and the nearest names. */
  public static DataException error(Path file, long line, String column, List<String> columns) {
    String quoted = columns.isEmpty() ? "none" : String.join(", ", columns);
    return DataException.at(
        file,
        Math.max(1, line),
        "there is no column \"%s\" (columns: %s).%s Set data.text, data.textPair or data.label."
            .formatted(column, quoted, Suggestions.didYouMean(column, columns)));
  }
}
