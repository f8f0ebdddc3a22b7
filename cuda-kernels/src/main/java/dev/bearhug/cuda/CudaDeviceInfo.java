package dev.bearhug.cuda;

/**
 * A device as the NVIDIA driver describes it.
 *
 * @param index number of the device, from 0, in the driver's order
 * @param name product name, such as {@code NVIDIA H200}
 * @param major first part of the compute capability
 * @param minor second part of the compute capability
 * @param memoryBytes size of the device's memory in bytes
 */
public record CudaDeviceInfo(int index, String name, int major, int minor, long memoryBytes) {

  /** The compute capability as NVIDIA writes it, such as {@code 9.0}. */
  public String capability() {
    return major + "." + minor;
  }

  /** Whether the compute capability is at least {@code major.minor}. */
  public boolean isAtLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
  }
}
