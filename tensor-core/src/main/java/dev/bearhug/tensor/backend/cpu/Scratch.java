package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.AllocationSite;
import dev.bearhug.tensor.memory.SegmentPool;

/** Memory from the pool for the time of one kernel; contents are undefined at first. */
final class Scratch implements AutoCloseable {

  private static final AllocationSite SITE = AllocationSite.named("cpu scratch");

  private final long bytes;
  private final long address;

  /** Takes memory. */
  Scratch(long bytes) {
    this.bytes = Math.max(1, bytes);
    this.address = SegmentPool.SHARED.allocate(this.bytes, SITE);
  }

  /** Address of the first byte, aligned to a cache line. */
  long address() {
    return address;
  }

  @Override
  public void close() {
    SegmentPool.SHARED.free(address, bytes, SITE);
  }
}
