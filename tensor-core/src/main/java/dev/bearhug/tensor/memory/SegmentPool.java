package dev.bearhug.tensor.memory;

import dev.bearhug.tensor.error.OutOfMemoryException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Off-heap memory of the CPU: freed buffers are kept by size class and given out again, because
 * fresh pages cost more than the arithmetic on them. Thread-safe.
 *
 * <p>The limit is {@code -Dbearhug.maxMemory=BYTES} (suffix k, m or g), by default 90 % of the
 * machine's memory.
 */
public final class SegmentPool implements BufferAllocator {

  /** The pool all CPU-side backends share. */
  public static final SegmentPool SHARED = new SegmentPool(limitFromProperty());

  private final long limit;
  private final FreeList[] free = new FreeList[SizeClasses.COUNT];
  private final List<Runnable> shortage = new CopyOnWriteArrayList<>();
  private final AtomicLong live = new AtomicLong();
  private final AtomicLong pooled = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong buffers = new AtomicLong();

  /**
   * A pool of its own.
   *
   * @param limit most bytes to take from the system
   */
  public SegmentPool(long limit) {
    this.limit = limit;
    for (int i = 0; i < free.length; i++) {
      free[i] = new FreeList();
    }
  }

  /** Stack of addresses of one size class. */
  private static final class FreeList {
    private long[] addresses = new long[4];
    private int size;

    synchronized long pop() {
      return size == 0 ? 0 : addresses[--size];
    }

    synchronized void push(long address) {
      if (size == addresses.length) {
        addresses = Arrays.copyOf(addresses, 2 * size);
      }
      addresses[size++] = address;
    }
  }

  /** Bytes that a buffer for a request takes: the size of its class. */
  public static long bytesFor(long request) {
    return SizeClasses.size(SizeClasses.of(request));
  }

  @Override
  public long allocate(long bytes, AllocationSite site) {
    int sizeClass = SizeClasses.of(bytes);
    long size = SizeClasses.size(sizeClass);
    long address = free[sizeClass].pop();
    if (address != 0) {
      pooled.addAndGet(-size);
    } else {
      address = fromSystem(size);
      if (address == 0) {
        shortage.forEach(Runnable::run);
        trim();
        address = fromSystem(size);
      }
      if (address == 0) {
        throw exhausted(bytes, site);
      }
    }
    long now = live.addAndGet(size);
    if (now > peak.get()) {
      peak.accumulateAndGet(now, Math::max);
    }
    buffers.incrementAndGet();
    site.add(size);
    return address;
  }

  /** Registers what gives memory back that can be missed; it runs before an allocation fails. */
  public void onShortage(Runnable relief) {
    shortage.add(relief);
  }

  private long fromSystem(long size) {
    if (size > limit - live.get() - pooled.get()) {
      return 0;
    }
    return SystemMemory.allocate(size);
  }

  @Override
  public void free(long address, long bytes, AllocationSite site) {
    int sizeClass = SizeClasses.of(bytes);
    long size = SizeClasses.size(sizeClass);
    if (LeakTracker.poisons()) {
      NativeMemory.fill(address, size, (byte) 0xff);
    }
    live.addAndGet(-size);
    buffers.decrementAndGet();
    site.remove(size);
    pooled.addAndGet(size);
    free[sizeClass].push(address);
  }

  @Override
  public void trim() {
    for (int i = 0; i < free.length; i++) {
      long address;
      while ((address = free[i].pop()) != 0) {
        pooled.addAndGet(-SizeClasses.size(i));
        SystemMemory.free(address);
      }
    }
  }

  @Override
  public MemoryStats stats() {
    return new MemoryStats(live.get(), pooled.get(), peak.get(), limit, buffers.get());
  }

  /** Starts a new measurement of the peak. */
  public void resetPeak() {
    peak.set(live.get());
  }

  private OutOfMemoryException exhausted(long bytes, AllocationSite site) {
    StringBuilder text = new StringBuilder();
    text.append("asked for ")
        .append(gib(bytes))
        .append(", ")
        .append(gib(Math.max(0, limit - live.get())))
        .append(" free of ")
        .append(gib(limit))
        .append(" (live ")
        .append(gib(live.get()))
        .append(").\n  ");
    String separator = "Largest owners: ";
    for (AllocationSite.Usage u : AllocationSite.largest(5)) {
      text.append(separator)
          .append(u.name())
          .append(' ')
          .append(gib(u.bytes()))
          .append(" (")
          .append(u.count())
          .append(" buffers)");
      separator = ", ";
    }
    text.append(separator.startsWith("L") ? "" : ".\n  ")
        .append("Try: --set train.checkpointing=each_block, smaller train.batchSize with")
        .append(" train.accumulate, train.precision=bf16, or a higher -Dbearhug.maxMemory.");
    return new OutOfMemoryException(site.name(), text.toString());
  }

  private static String gib(long bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / 1073741824.0);
  }

  private static long limitFromProperty() {
    String text = System.getProperty("bearhug.maxMemory", "");
    if (!text.isEmpty()) {
      String digits = text.replaceAll("[kKmMgG]$", "");
      int shift =
          switch (Character.toLowerCase(text.charAt(text.length() - 1))) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
          };
      try {
        return Math.multiplyExact(Long.parseLong(digits), 1L << shift);
      } catch (NumberFormatException | ArithmeticException e) {
        throw new IllegalArgumentException(
            "bearhug.maxMemory: \""
                + text
                + "\" is not a number of bytes with optional suffix k, m or g.",
            e);
      }
    }
    Object system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getTotalMemorySize() / 10 * 9
        : 8L << 30;
  }
}
