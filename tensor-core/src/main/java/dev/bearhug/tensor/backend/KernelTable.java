package dev.bearhug.tensor.backend;

import dev.bearhug.tensor.DType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kernels of a backend by op name and element type. Filled at start-up and by users' own ops.
 * Thread-safe.
 */
public final class KernelTable {

  /**
   * A kernel and what it asks of its inputs.
   *
   * @param kernel the code
   * @param strided whether inputs may have any strides; else the dispatcher makes them row-major
   *     first
   */
  public record Entry(Kernel kernel, boolean strided) {}

  private final Map<String, Entry[]> entries = new ConcurrentHashMap<>();

  /** Creates an empty table. */
  public KernelTable() {}

  /** Registers a kernel that takes row-major inputs; replaces an earlier one. */
  public void add(String op, Kernel kernel, DType... dtypes) {
    put(op, new Entry(kernel, false), dtypes);
  }

  /** Registers a kernel that takes inputs of any strides; replaces an earlier one. */
  public void addStrided(String op, Kernel kernel, DType... dtypes) {
    put(op, new Entry(kernel, true), dtypes);
  }

  private void put(String op, Entry entry, DType... dtypes) {
    entries.compute(
        op,
        (name, old) -> {
          Entry[] row = old == null ? new Entry[DType.values().length] : old.clone();
          for (DType d : dtypes) {
            row[d.ordinal()] = entry;
          }
          return row;
        });
  }

  /** The kernel of an op for an element type, or null. */
  public Entry find(String op, DType dtype) {
    Entry[] row = entries.get(op);
    return row == null ? null : row[dtype.ordinal()];
  }

  /** Names of the ops that have a kernel for some type. */
  public Set<String> ops() {
    return Set.copyOf(entries.keySet());
  }

  /** The element types an op has kernels for. */
  public Set<DType> dtypes(String op) {
    EnumSet<DType> found = EnumSet.noneOf(DType.class);
    Arrays.stream(DType.values()).filter(d -> find(op, d) != null).forEach(found::add);
    return found;
  }
}
