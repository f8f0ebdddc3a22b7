package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.HostBackend;
import dev.bearhug.tensor.backend.KernelTable;
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
    register(kernels(), CpuResources.shared());
  }

  /** Adds all kernels of this package to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    ElementwiseBindings.register(table, cpu);
    CopyBindings.register(table, cpu);
    ReductionBindings.register(table, cpu);
    RowReductionBindings.register(table, cpu);
    ScanBindings.register(table, cpu);
    SortBindings.register(table, cpu);
    MatmulBindings.register(table, cpu);
    NormBindings.register(table, cpu);
    FusedNormBindings.register(table, cpu);
    AttentionBindings.register(table, cpu);
    RotaryBindings.register(table, cpu);
    ConditionBindings.register(table, cpu);
    IndexBindings.register(table, cpu);
    PackingBindings.register(table, cpu);
    SliceIndexBindings.register(table, cpu);
    ScatterBindings.register(table, cpu);
    ConvBindings.register(table, cpu);
    PoolBindings.register(table, cpu);
    LossBindings.register(table, cpu);
    OptimizerBindings.register(table, cpu);
    RandomBindings.register(table, cpu);
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

  @Override
  public Availability fastBf16() {
    return Bf16Check.shared();
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
