package dev.bearhug.tensor.memory;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts live bytes and buffers by the op or component that asked for them. Thread-safe. */
public final class AllocationSite {

  private static final ConcurrentHashMap<String, AllocationSite> ALL = new ConcurrentHashMap<>();

  private final String name;
  private final LongAdder bytes = new LongAdder();
  private final LongAdder count = new LongAdder();

  private AllocationSite(String name) {
    this.name = name;
  }

  /** The site of this name; callers keep it instead of asking each time. */
  public static AllocationSite named(String name) {
    return ALL.computeIfAbsent(name, AllocationSite::new);
  }

  /** Name of the op or component. */
  public String name() {
    return name;
  }

  void add(long size) {
    bytes.add(size);
    count.increment();
  }

  void remove(long size) {
    bytes.add(-size);
    count.decrement();
  }

  /** What a site holds at one moment. */
  public record Usage(String name, long bytes, long count) {}

  /** The sites that hold most, largest first. */
  public static List<Usage> largest(int n) {
    return ALL.values().stream()
        .map(s -> new Usage(s.name, s.bytes.sum(), s.count.sum()))
        .filter(u -> u.bytes() > 0)
        .sorted(Comparator.comparingLong(Usage::bytes).reversed())
        .limit(n)
        .toList();
  }
}
