package dev.bearhug.tasks.processor;

/** A stream of examples that knows what became of every line; see {@link DataLayout#reader}. */
public interface ExampleReader extends AutoCloseable {

  /**
   * Returns the next example, or {@code null} after the last.
   *
   * @throws DataException at the first row that cannot be used
   */
  TextExample next();

  /** Returns the account of the lines read so far. */
  ReadReport report();

  @Override
  void close();
}
