package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.AllocationSite;
import dev.bearhug.tensor.memory.SegmentPool;
import dev.bearhug.tensor.memory.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Packed copies of weights, so that inference packs each weight once.
 *
 * <p>A copy is made when a weight comes a second time without having changed, which in training it
 * does not. It goes when the weight changes or is freed, when it has been unused for longest and
 * the limit is reached, and when tensors need the memory. Thread-safe.
 */
final class PanelCache {

  /** The copies of this process: at most a quarter of the memory that tensors may have. */
  static final PanelCache SHARED = new PanelCache(SegmentPool.SHARED.stats().limit() / 4);

  static {
    SegmentPool.SHARED.onShortage(SHARED::clear);
  }

  private static final AllocationSite SITE = AllocationSite.named("packed weights");

  /** More views of one storage than this are no weights. */
  private static final int MOST_VIEWS = 16;

  /**
   * Which matrix of a storage.
   *
   * @param address of its first element
   * @param layout strides and type
   * @param k rows
   * @param n columns
   */
  record Matrix(long address, GemmOperand layout, long k, long n) {}

  private final long limit;
  private final LinkedHashSet<Copy> kept = new LinkedHashSet<>();
  private long bytes;

  /** A cache of at most {@code limit} bytes. */
  PanelCache(long limit) {
    this.limit = limit;
  }

  /** A copy in use; to be closed after use. */
  static final class Copy implements AutoCloseable {
    private final PanelCache cache;
    private int version;
    private long address;
    private long size;
    private int users;
    private boolean ready;
    private boolean dropped;

    private Copy(PanelCache cache, int version) {
      this.cache = cache;
      this.version = version;
    }

    /** Address of panel 0. */
    long address() {
      return address;
    }

    /** Whether the caller has to pack; nobody else has the copy until {@link #publish}. */
    boolean isNew() {
      return !ready;
    }

    /** Says that the panels are written. */
    void publish() {
      synchronized (cache) {
        ready = true;
      }
    }

    @Override
    public void close() {
      synchronized (cache) {
        users--;
        if (users == 0 && (dropped || !ready)) {
          cache.free(this);
        }
      }
    }
  }

  /** What is known of the matrices of one storage. */
  private static final class Copies implements Storage.Derived {
    private final PanelCache cache;
    private final Map<Matrix, Copy> byMatrix = new HashMap<>();

    Copies(PanelCache cache) {
      this.cache = cache;
    }

    @Override
    public void release() {
      changed();
    }

    @Override
    public void changed() {
      synchronized (cache) {
        byMatrix.values().forEach(cache::drop);
        byMatrix.clear();
      }
    }
  }

  /**
   * The copy of a weight, or null if none is to be kept, or not yet.
   *
   * @param owner the storage that holds the weight
   * @param matrix the weight
   * @param size bytes of all its panels
   */
  Copy acquire(Storage owner, Matrix matrix, long size) {
    if (owner.isShared()) {
      return null;
    }
    Copies copies = owner.derived(Copies.class);
    if (copies == null || copies.cache != this) {
      copies = new Copies(this);
      owner.derive(Copies.class, copies);
    }
    int version = owner.version();
    synchronized (this) {
      Copy copy = copies.byMatrix.get(matrix);
      if (copy == null || copy.dropped || copy.version != version) {
        if (copies.byMatrix.size() >= MOST_VIEWS) {
          copies.changed();
        }
        drop(copies.byMatrix.put(matrix, new Copy(this, version)));
        return null;
      }
      if (copy.address == 0 && !allocate(copy, size) || !copy.ready && copy.users > 0) {
        return null;
      }
      copy.users++;
      kept.remove(copy);
      kept.add(copy);
      return copy;
    }
  }

  private boolean allocate(Copy copy, long size) {
    if (size > limit || SegmentPool.SHARED.stats().live() + size > 2 * limit) {
      return false;
    }
    for (Copy old : List.copyOf(kept)) {
      if (bytes + size <= limit) {
        break;
      }
      drop(old);
    }
    if (bytes + size > limit) {
      return false; // all others are in use
    }
    copy.address = SegmentPool.SHARED.allocate(size, SITE);
    copy.size = size;
    bytes += size;
    return true;
  }

  /** Takes a copy out, and frees it when its last user is done. */
  private void drop(Copy copy) {
    if (copy == null) {
      return;
    }
    copy.dropped = true;
    kept.remove(copy);
    if (copy.users == 0) {
      free(copy);
    }
  }

  private void free(Copy copy) {
    kept.remove(copy);
    copy.dropped = true;
    if (copy.address != 0) {
      SegmentPool.SHARED.free(copy.address, copy.size, SITE);
      bytes -= copy.size;
      copy.address = 0;
    }
  }

  /** Gives all copies back that are not in use. */
  synchronized void clear() {
    new ArrayList<>(kept).forEach(this::drop);
  }

  /** Bytes of all copies. */
  synchronized long bytes() {
    return bytes;
  }
}
