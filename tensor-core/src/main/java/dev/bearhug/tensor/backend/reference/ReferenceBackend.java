package dev.bearhug.tensor.backend.reference;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.HostBackend;
import dev.bearhug.tensor.backend.generic.GenericKernels;
import java.util.List;

/**
 * Naive loops with sums in double and no tricks. Has only the primitive ops; everything else runs
 * by its definition, so that it can judge a suspicious result of another backend.
 */
public final class ReferenceBackend extends HostBackend {

  private ReferenceBackend() {
    super(Device.REFERENCE);
    GenericKernels.register(kernels());
  }

  @Override
  public List<String> describe() {
    return List.of("naive loops, sums in double, one thread");
  }

  /** Always usable, never chosen by {@code auto} before another. */
  public static final class Provider implements Backend.Provider {

    /** Called by the service loader. */
    public Provider() {}

    @Override
    public String name() {
      return Device.REFERENCE.type();
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Backend.Availability probe() {
      return new Backend.Availability(true, "naive kernels to check results with");
    }

    @Override
    public Backend create() {
      return new ReferenceBackend();
    }
  }
}
