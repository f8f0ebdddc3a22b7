package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A piece of native scratch memory that grows when asked and is freed with its owner. Not
 * thread-safe.
 */
final class NativeBuffer {

  private MemorySegment segment = MemorySegment.NULL;

  /**
   * The address of at least {@code bytes} bytes, aligned to a cache line; old contents are lost on
   * growth.
   */
  long reserve(long bytes) {
    if (segment.byteSize() < bytes) {
      long grown = Math.max(bytes, Math.min(2 * segment.byteSize(), bytes + (64L << 20)));
      segment = Arena.ofAuto().allocate(grown, NativeMemory.ALIGNMENT);
    }
    return segment.address();
  }
}
