package dev.bearhug.tensor.io;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A set of named tensors that was read from one file or from several shards. */
public interface TensorArchive {
  /** Returns all tensors, those of one file in the order of their bytes; unmodifiable. */
  List<TensorEntry> entries();

  /**
   * Finds a tensor by its exact name.
   *
   * @param name name in the file
   */
  Optional<TensorEntry> find(String name);

  /** Returns the free-form metadata in file order, empty if there is none; unmodifiable. */
  Map<String, String> metadata();
}
