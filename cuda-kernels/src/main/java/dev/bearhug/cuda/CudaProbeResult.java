package dev.bearhug.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@link CudaProbe} found.
 *
 * @param driverProblem why the NVIDIA driver could not be asked; empty if it answered
 * @param driverVersion newest CUDA version the driver supports, as {@code 1000 * major + 10 *
 *     minor}; 0 if it could not be asked
 * @param devices all devices of the driver, in its order
 * @param parts the bindings and libraries that computing needs; only looked for if there is a
 *     device
 */
public record CudaProbeResult(
    Optional<String> driverProblem,
    int driverVersion,
    List<CudaDeviceInfo> devices,
    List<CudaLibraryInfo> parts) {

  /** First part of the lowest compute capability: bf16 tensor cores and asynchronous copies. */
  public static final int MIN_MAJOR = 8;

  /** Second part of the lowest compute capability. */
  public static final int MIN_MINOR = 0;

  /** Oldest CUDA version a driver must support: that of the bindings' libraries. */
  public static final int MIN_DRIVER_VERSION = 13000;

  /** Copies the lists. */
  public CudaProbeResult {
    devices = List.copyOf(devices);
    parts = List.copyOf(parts);
  }

  static CudaProbeResult withoutDriver(String problem) {
    return new CudaProbeResult(Optional.of(problem), 0, List.of(), List.of());
  }

  /** The devices whose compute capability suffices. */
  public List<CudaDeviceInfo> suitableDevices() {
    return devices.stream().filter(d -> d.isAtLeast(MIN_MAJOR, MIN_MINOR)).toList();
  }

  /** The bindings and libraries that cannot be loaded. */
  public List<CudaLibraryInfo> missingParts() {
    return parts.stream().filter(p -> !p.loadable()).toList();
  }

  /**
   * Why no device can be computed on, with what to do; empty if driver and device are good. Missing
   * libraries are told by {@link #missingParts()}.
   */
  public Optional<String> deviceProblem() {
    if (driverProblem.isPresent()) {
      return driverProblem;
    }
    if (devices.isEmpty()) {
      return Optional.of(
          "the NVIDIA driver works ("
              + driverName()
              + "), but lists no device. Check CUDA_VISIBLE_DEVICES and the output of nvidia-smi.");
    }
    if (suitableDevices().isEmpty()) {
      List<String> names = new ArrayList<>();
      devices.forEach(d -> names.add(d.name() + " has " + d.capability()));
      return Optional.of(
          "no device has compute capability "
              + MIN_MAJOR
              + "."
              + MIN_MINOR
              + " or higher: "
              + String.join(", ", names)
              + ". Devices from 2020 on (Ampere and newer) suffice.");
    }
    if (driverVersion < MIN_DRIVER_VERSION) {
      return Optional.of(
          "the NVIDIA driver is too old: it supports CUDA "
              + version(driverVersion)
              + ", CUDA "
              + version(MIN_DRIVER_VERSION)
              + " is needed. Install driver 580 or newer.");
    }
    return Optional.empty();
  }

  /** The driver in words: {@code driver for CUDA 13.0}. */
  public String driverName() {
    return "driver for CUDA " + version(driverVersion);
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }
}
