package dev.bearhug.tensor.memory;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.error.ReleasedTensorException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bytes of one device, counted by the handles, views and saved tensors that use them. Freed with
 * the last count. Only the engine retains and releases; users close scopes.
 */
public final class Storage {

  private final Backend backend;
  private final Device device;
  private final long address;
  private final long bytes;
  private final AllocationSite site;

  /** Whatever keeps foreign memory (a mapped file) valid; null for memory of the allocator. */
  private Object owner;

  /** What was derived from the bytes and goes with them, one of each class; replaced as a whole. */
  private volatile Map<Class<?>, Derived> derived = Map.of();

  private volatile boolean shared;

  private final AtomicInteger count = new AtomicInteger(1);

  /** Written by the one thread that changes the bytes; others only compare it. */
  private volatile int version;

  /** Something made of a storage's bytes, released with them. */
  public interface Derived {

    /** Gives its memory back. */
    void release();

    /** The bytes have changed; what can be made again may be given back now. */
    default void changed() {}
  }

  private Storage(
      Backend backend, Device device, long address, long bytes, AllocationSite site, Object owner) {
    this.backend = backend;
    this.device = device;
    this.address = address;
    this.bytes = bytes;
    this.site = site;
    this.owner = owner;
    LeakTracker.created(this);
  }

  /** Fresh memory with undefined contents, count 1. */
  public static Storage allocate(Backend backend, Device device, long bytes, AllocationSite site) {
    long address = backend.allocator(device).allocate(bytes, site);
    return new Storage(backend, device, address, bytes, site, null);
  }

  /** Wraps memory that {@code owner} keeps valid as long as it is reachable, count 1. */
  public static Storage wrap(
      Backend backend, Device device, long address, long bytes, Object owner) {
    return new Storage(backend, device, address, bytes, null, owner);
  }

  /** Says that others write to the bytes, which {@link #version} does not count. */
  public void share() {
    shared = true;
  }

  /** Whether others write to the bytes unseen, so that nothing derived from them may be kept. */
  public boolean isShared() {
    return shared;
  }

  /** Adds a count. */
  public void retain() {
    if (count.getAndIncrement() <= 0) {
      count.getAndDecrement();
      throw new ReleasedTensorException("storage", "its memory was already given back.");
    }
  }

  /** Removes a count; the last one frees the memory. */
  public void release() {
    int left = count.decrementAndGet();
    if (left == 0) {
      LeakTracker.freed(this);
      if (owner == null) {
        backend.allocator(device).free(address, bytes, site);
      }
      owner = null;
      releaseDerived();
    } else if (left < 0) {
      throw new IllegalStateException("storage: released more often than retained");
    }
  }

  /** Whether foreign memory is still there: false once its arena was closed. */
  public boolean isReachable() {
    return !(owner instanceof MemorySegment memory) || memory.scope().isAlive();
  }

  /** Whether exactly one handle uses these bytes. */
  public boolean isExclusive() {
    return count.get() == 1 && owner == null;
  }

  /**
   * How often the bytes were changed after the tensor was made. What was derived from them, such as
   * a copy in lower precision, is valid as long as this number stays.
   */
  public int version() {
    return version;
  }

  /** Counts a change of the bytes; whoever writes to memory it did not just allocate calls it. */
  public void markChanged() {
    version++;
    Map<Class<?>, Derived> all = derived;
    if (!all.isEmpty()) {
      all.values().forEach(Derived::changed);
    }
  }

  /** What {@link #derive} attached of this class, or null. */
  public <D extends Derived> D derived(Class<D> kind) {
    return kind.cast(derived.get(kind));
  }

  /**
   * Attaches what is to be released with these bytes, null for nothing; releases the one of this
   * class that was there before.
   */
  public synchronized <D extends Derived> void derive(Class<D> kind, D next) {
    Map<Class<?>, Derived> all = new HashMap<>(derived);
    Derived before = next == null ? all.remove(kind) : all.put(kind, next);
    derived = Map.copyOf(all);
    if (before != null && before != next) {
      before.release();
    }
  }

  private synchronized void releaseDerived() {
    Map<Class<?>, Derived> all = derived;
    derived = Map.of();
    all.values().forEach(Derived::release);
  }

  /** The backend that computes on this memory. */
  public Backend backend() {
    return backend;
  }

  /** Where the memory is. */
  public Device device() {
    return device;
  }

  /** Address of the first byte, in the device's address space. */
  public long address() {
    return address;
  }

  /** Size in bytes. */
  public long bytes() {
    return bytes;
  }
}
