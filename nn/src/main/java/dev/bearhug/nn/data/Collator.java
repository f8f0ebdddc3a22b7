package dev.bearhug.nn.data;

import java.util.List;

/**
 * Puts examples together to one batch: pads, stacks, makes masks and labels.
 *
 * <p>Runs on the loader's thread. It must be a function of the examples alone (no random numbers,
 * no state), otherwise a resumed run would see other batches than the uninterrupted one.
 *
 * @param <E> type of an example
 */
@FunctionalInterface
public interface Collator<E> {

  /**
   * Makes a batch.
   *
   * @param examples the examples in order, at least one
   * @return a batch of exactly these examples
   */
  Batch collate(List<E> examples);
}
