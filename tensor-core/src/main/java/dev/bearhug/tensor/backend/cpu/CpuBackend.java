package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.HostBackend;
import dev.bearhug.tensor.backend.generic.GenericKernels;
import java.util.List;

/**
 * The fast backend of the processor. Kernels for single precision are replaced by oneDNN and Vector
 * API ones; other element types and rare ops keep the generic ones.
 */
public final class CpuBackend extends HostBackend {

  private CpuBackend() {
    super(Device.CPU);
    GenericKernels.register(kernels());
  }

  @Override
  public List<String> describe() {
    return List.of(Runtime.getRuntime().availableProcessors() + " processors");
  }

  /** Always usable. */
  public static final class Provider implements Backend.Provider {

    /** Called by the service loader. */
    public Provider() {}

    @Override
    public String name() {
      return Device.CPU.type();
    }

    @Override
    public int priority() {
      return 10;
    }

    @Override
    public Backend.Availability probe() {
      return new Backend.Availability(
          true, Runtime.getRuntime().availableProcessors() + " processors");
    }

    @Override
    public Backend create() {
      return new CpuBackend();
    }
  }
}
