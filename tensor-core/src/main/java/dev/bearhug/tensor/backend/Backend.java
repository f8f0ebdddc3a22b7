package dev.bearhug.tensor.backend;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.memory.BufferAllocator;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a device family offers. Implementations are found through {@link java.util.ServiceLoader}.
 */
public interface Backend {

  /** Type of its devices: {@code cpu}, {@code reference}, {@code cuda}. */
  String name();

  /** The devices that can be used. */
  List<Device> devices();

  /** Memory of a device. */
  BufferAllocator allocator(Device device);

  /** Kernels per op and element type, complete after creation. */
  KernelTable kernels();

  /**
   * Whether tensors of its devices lie in the process's own memory, so that their addresses can be
   * read.
   */
  boolean isHostMemory();

  /** Copies host bytes to device memory at {@code address}. */
  void copyFromHost(MemorySegment source, Device device, long address);

  /** Copies device memory at {@code address} to the host; waits for pending work on it. */
  void copyToHost(Device device, long address, MemorySegment target);

  /** Waits until all work queued on a device is done. */
  void synchronize(Device device);

  /**
   * Lines for {@code doctor}: libraries, instruction sets, thread counts and why something is off.
   */
  List<String> describe();

  /**
   * Whether matrix products in {@code BF16} are faster than in single precision and as right as
   * they can be, or why not: what {@code auto} precision follows. The first call may measure.
   */
  default Availability fastBf16() {
    return new Availability(false, name() + " has no faster products in bf16");
  }

  /** Finds out whether a backend can be used, and creates it. */
  interface Provider {

    /** Type of the devices of its backend. */
    String name();

    /** The usable provider with the highest number is chosen by {@code auto}. */
    int priority();

    /** Whether the backend can be used here, or why not; never throws. */
    Availability probe();

    /** Creates the backend; called once, after a successful probe. */
    Backend create();
  }

  /**
   * Result of a probe.
   *
   * @param usable whether the backend can be created
   * @param reason what was found, or why it cannot be used and what to do
   */
  record Availability(boolean usable, String reason) {}
}
