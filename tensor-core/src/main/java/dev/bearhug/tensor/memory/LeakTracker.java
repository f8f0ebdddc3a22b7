package dev.bearhug.tensor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts free-standing tensors that the garbage collector had to give back because nobody closed
 * them.
 *
 * <p>Level by {@code -Dbearhug.leaks=off|count|trace|paranoid}: {@code count} (default) counts,
 * {@code trace} also keeps where each live storage was created, {@code paranoid} also overwrites
 * freed memory so that use after release shows as not-a-number.
 */
public final class LeakTracker {

  /** How much is tracked. */
  public enum Level {
    /** Nothing. */
    OFF,
    /** Leaks are counted. */
    COUNT,
    /** The creation stack of each live storage is kept. */
    TRACE,
    /** As {@code TRACE}, and freed memory is overwritten. */
    PARANOID
  }

  private static volatile Level level =
      Level.valueOf(System.getProperty("bearhug.leaks", "count").toUpperCase(Locale.ROOT));
  private static final AtomicLong LEAKED = new AtomicLong();
  private static final Map<Storage, Throwable> LIVE = new ConcurrentHashMap<>();

  private LeakTracker() {}

  /** Changes the level; storages made before keep what was recorded of them. */
  public static void setLevel(Level newLevel) {
    level = newLevel;
  }

  /** The level in force. */
  public static Level level() {
    return level;
  }

  /**
   * Number of tensors so far that were freed by the garbage collector instead of by a scope or
   * close.
   */
  public static long leaked() {
    return LEAKED.get();
  }

  /** Creation stacks of the storages that live now; empty below {@link Level#TRACE}. */
  public static List<Throwable> liveStacks() {
    return new ArrayList<>(LIVE.values());
  }

  static boolean poisons() {
    return level == Level.PARANOID;
  }

  static void created(Storage storage) {
    if (level.ordinal() >= Level.TRACE.ordinal()) {
      LIVE.put(storage, new Throwable("storage of " + storage.bytes() + " bytes created here"));
    }
  }

  static void freed(Storage storage) {
    if (!LIVE.isEmpty()) {
      LIVE.remove(storage);
    }
  }

  static void collected() {
    if (level != Level.OFF) {
      LEAKED.incrementAndGet();
    }
  }
}
