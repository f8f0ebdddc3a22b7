package dev.bearhug.nn.data;

import java.util.List;

/** The examples of an unmodifiable list. */
record ListDataset<E>(List<E> examples) implements Dataset<E> {

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public E get(int index) {
    return examples.get(index);
  }
}
