package dev.bearhug.tensor;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Named tensors in a fixed order: inputs and outputs of models. */
public final class TensorMap {

  private final Map<String, Tensor> entries = new LinkedHashMap<>();

  /** An empty map. */
  public TensorMap() {}

  /** A map of one entry. */
  public static TensorMap of(String name, Tensor tensor) {
    return new TensorMap().put(name, tensor);
  }

  /** A map of two entries. */
  public static TensorMap of(String name1, Tensor tensor1, String name2, Tensor tensor2) {
    return of(name1, tensor1).put(name2, tensor2);
  }

  /** Adds or replaces an entry; a null tensor is ignored, so that optional outputs read well. */
  public TensorMap put(String name, Tensor tensor) {
    if (tensor != null) {
      entries.put(name, tensor);
    }
    return this;
  }

  /** Adds all entries of another map. */
  public TensorMap putAll(TensorMap other) {
    entries.putAll(other.entries);
    return this;
  }

  /**
   * The tensor of this name.
   *
   * @throws IllegalArgumentException if there is none; lists the names present
   */
  public Tensor get(String name) {
    Tensor t = entries.get(name);
    if (t == null) {
      throw new IllegalArgumentException(
          "tensors: no \"" + name + "\" here, only " + entries.keySet() + ".");
    }
    return t;
  }

  /** The tensor of this name, or null. */
  public Tensor getOrNull(String name) {
    return entries.get(name);
  }

  /** Whether there is a tensor of this name. */
  public boolean contains(String name) {
    return entries.containsKey(name);
  }

  /** The names in order. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** The tensors in order. */
  public Collection<Tensor> values() {
    return entries.values();
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("{");
    entries.forEach(
        (n, t) -> s.append(s.length() > 1 ? ", " : "").append(n).append(": ").append(t.describe()));
    return s.append('}').toString();
  }
}
