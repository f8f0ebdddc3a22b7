package dev.bearhug.nn.data;

import java.util.List;

/**
 * A fixed number of examples that are read by index.
 *
 * <p>{@link DataLoader} reads from its own thread while the program may read from another one, so
 * an implementation must allow concurrent reads, and must return an equal example for an equal
 * index.
 *
 * @param <E> type of an example
 */
public interface Dataset<E> {

  /** Returns the number of examples; it never changes. */
  int size();

  /**
   * Returns an example.
   *
   * @param index position, from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such example
   */
  E get(int index);

  /**
   * Returns the dataset of the elements of a list, copied once.
   *
   * @param examples the examples, none of them null
   */
  static <E> Dataset<E> of(List<E> examples) {
    return new ListDataset<>(List.copyOf(examples));
  }
}
