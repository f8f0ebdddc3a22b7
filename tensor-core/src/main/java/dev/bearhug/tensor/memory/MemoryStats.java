package dev.bearhug.tensor.memory;

/**
 * Memory figures of one allocator, in bytes unless said otherwise.
 *
 * @param live held by tensors
 * @param pooled kept for reuse
 * @param peak largest {@code live} since the last {@code resetPeak}
 * @param limit most that may be live and pooled together
 * @param buffers number of live buffers
 */
public record MemoryStats(long live, long pooled, long peak, long limit, long buffers) {

  /** Largest number of bytes taken from the system at this moment. */
  public long reserved() {
    return live + pooled;
  }
}
