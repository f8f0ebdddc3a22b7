package dev.bearhug.tensor.op;

import dev.bearhug.tensor.op.std.StandardOps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All ops of the process by name: the engine's and users' own. Thread-safe. */
public final class OpRegistry {

  private static final Map<String, Op<?>> OPS = new LinkedHashMap<>();

  static {
    StandardOps.all().forEach(OpRegistry::register);
  }

  private OpRegistry() {}

  /**
   * Adds an op; the generic tests and {@code docs/ops.md} then cover it.
   *
   * @throws IllegalArgumentException if another op has its name
   */
  public static synchronized void register(Op<?> op) {
    Op<?> old = OPS.putIfAbsent(op.name(), op);
    if (old != null && old != op) {
      throw new IllegalArgumentException(
          "op " + op.name() + ": the name is taken by " + old.getClass().getName() + ".");
    }
  }

  /** All ops in order of registration. */
  public static synchronized List<Op<?>> all() {
    return new ArrayList<>(OPS.values());
  }

  /** The op of this name, or null. */
  public static synchronized Op<?> find(String name) {
    return OPS.get(name);
  }
}
