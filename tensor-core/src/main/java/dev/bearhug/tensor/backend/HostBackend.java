package dev.bearhug.tensor.backend;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.memory.BufferAllocator;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.SegmentPool;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Common part of the backends that compute on the process's own memory. */
public abstract class HostBackend implements Backend {

  private final Device device;
  private final KernelTable kernels = new KernelTable();

  /** A backend with one device. */
  protected HostBackend(Device device) {
    this.device = device;
  }

  @Override
  public final String name() {
    return device.type();
  }

  @Override
  public final List<Device> devices() {
    return List.of(device);
  }

  @Override
  public final BufferAllocator allocator(Device d) {
    return SegmentPool.SHARED;
  }

  @Override
  public final KernelTable kernels() {
    return kernels;
  }

  @Override
  public final boolean isHostMemory() {
    return true;
  }

  @Override
  public final void copyFromHost(MemorySegment source, Device d, long address) {
    MemorySegment.copy(source, 0, NativeMemory.ALL, address, source.byteSize());
  }

  @Override
  public final void copyToHost(Device d, long address, MemorySegment target) {
    MemorySegment.copy(NativeMemory.ALL, address, target, 0, target.byteSize());
  }

  @Override
  public final void synchronize(Device d) {
    // Kernels of the host have finished when their call returns.
  }
}
