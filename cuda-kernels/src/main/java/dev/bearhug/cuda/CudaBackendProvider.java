package dev.bearhug.cuda;

import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.error.DeviceException;
import java.util.List;

/**
 * Answers whether tensors can be computed on an NVIDIA device. This version has no CUDA kernels, so
 * the answer is always no, with the reason that holds on this machine.
 */
public final class CudaBackendProvider implements Backend.Provider {

  /** Called by the service loader; touches no CUDA library. */
  public CudaBackendProvider() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Backend.Availability probe() {
    try {
      return new Backend.Availability(false, reason(new CudaProbe().run()));
    } catch (Exception | LinkageError e) {
      return new Backend.Availability(
          false,
          "looking for NVIDIA devices failed with "
              + e
              + ". Check the installation of the driver; --device cpu does without it.");
    }
  }

  /**
   * Cannot create a backend in this version.
   *
   * @throws DeviceException always, with the reason of {@link #probe()}
   */
  @Override
  public Backend create() {
    throw new DeviceException("cuda", probe().reason());
  }

  /** Why the backend cannot be used on a machine where this was found. */
  static String reason(CudaProbeResult found) {
    return found.deviceProblem().orElseGet(() -> withoutKernels(found));
  }

  private static String withoutKernels(CudaProbeResult found) {
    List<CudaDeviceInfo> devices = found.suitableDevices();
    CudaDeviceInfo first = devices.get(0);
    StringBuilder text = new StringBuilder("found ").append(first.name());
    text.append(" (").append(found.driverName());
    text.append(", compute capability ").append(first.capability()).append(")");
    if (devices.size() > 1) {
      text.append(" and ").append(devices.size() - 1).append(" more");
    }
    text.append(", but this version has no CUDA kernels yet; it runs on the CPU.");
    String separator = " Kernels will also need what is missing here: ";
    for (CudaLibraryInfo part : found.missingParts()) {
      text.append(separator).append(part.problem().orElseThrow());
      text.append(" (").append(part.purpose()).append(")");
      separator = ", ";
    }
    return text.append(found.missingParts().isEmpty() ? "" : ".").toString();
  }
}
