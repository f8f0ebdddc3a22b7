package dev.bearhug.tensor.memory;

/**
 * Gives out and takes back raw memory of one device; addresses are only meaningful to its backend.
 */
public interface BufferAllocator {

  /**
   * Memory of at least {@code bytes} bytes with undefined contents, aligned to {@link
   * NativeMemory#ALIGNMENT}.
   *
   * @param bytes requested size; 0 is allowed
   * @param site who asks, for statistics and the out-of-memory report
   * @return its address
   * @throws dev.bearhug.tensor.error.OutOfMemoryException if the limit or the device is exhausted
   */
  long allocate(long bytes, AllocationSite site);

  /** Takes back memory of {@link #allocate} with the same size and site. */
  void free(long address, long bytes, AllocationSite site);

  /** Gives pooled memory back to the system. */
  void trim();

  /** Figures of this moment. */
  MemoryStats stats();
}
