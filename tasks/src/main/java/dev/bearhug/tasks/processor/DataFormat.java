package dev.bearhug.tasks.processor;

/** The form of data files. */
public enum DataFormat {
  /** By the ending of the name; {@code .json} files are lines or one array. */
  AUTO,
  /**
   * A folder with {@code train.json}, {@code dev.json}, {@code test.json} of JSON lines with {@code
   * sentence1}, perhaps {@code sentence2}, and {@code label}.
   */
  FOLDER,
  /** Comma separated, quotes as in RFC 4180. */
  CSV,
  /** Tab separated, quotes are ordinary characters. */
  TSV,
  /** One JSON object per line. */
  JSONL,
  /** One JSON array of objects. */
  JSON
}
