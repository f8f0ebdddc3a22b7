package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.HostBackend;
import dev.bearhug.tensor.backend.generic.GenericKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * The fast backend of the processor. Kernels for single precision are replaced by oneDNN and Vector
 * API ones; other element types and rare ops keep the generic ones.
 */
public final class CpuBackend extends HostBackend {

  private CpuBackend() {
    super(Device.CPU);
    GenericKernels.register(kernels());
    CpuResources cpu = CpuResources.shared();
    ElementwiseBindings.register(kernels(), cpu);
    CopyBindings.register(kernels(), cpu);
    ReductionBindings.register(kernels(), cpu);
    MatmulBindings.register(kernels(), cpu);
    NormBindings.register(kernels(), cpu);
    AttentionBindings.register(kernels(), cpu);
    ConditionBindings.register(kernels(), cpu);
    IndexBindings.register(kernels(), cpu);
    LossBindings.register(kernels(), cpu);
    OptimizerBindings.register(kernels(), cpu);
    RandomBindings.register(kernels(), cpu);
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        Runtime.getRuntime().availableProcessors()
            + " processors, "
            + WorkerPool.shared().threads()
            + " threads (-D"
            + WorkerPool.THREADS_PROPERTY
            + ")");
    lines.add(VectorSupport.describe());
    GemmSelector.shared().report().lines().forEach(lines::add);
    return List.copyOf(lines);
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
