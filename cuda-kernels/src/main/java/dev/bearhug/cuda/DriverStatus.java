package dev.bearhug.cuda;

/** Status codes of the CUDA driver that users meet when it starts, with what to do about each. */
enum DriverStatus {
  /** The library is the one of the toolkit that only serves linking. */
  STUB_LIBRARY(
      34,
      "libcuda.so.1 is the toolkit's stub for linking, not the driver. Take the folder \"stubs\" out"
          + " of LD_LIBRARY_PATH and install the NVIDIA driver."),
  /** No device, or none visible. */
  NO_DEVICE(
      100,
      "the NVIDIA driver is installed, but there is no device. Check CUDA_VISIBLE_DEVICES, the output"
          + " of nvidia-smi, and whether a container was started with access to the GPU."),
  /** Interconnect service is not up. */
  SYSTEM_NOT_READY(
      802, "the system is not ready. Start the service nvidia-fabricmanager and try again."),
  /** Kernel module and library differ. */
  SYSTEM_DRIVER_MISMATCH(
      803,
      "the driver's library and its kernel module have different versions, usually after an update."
          + " Restart the machine."),
  /** Forward compatibility package on hardware without support for it. */
  COMPAT_NOT_SUPPORTED_ON_DEVICE(
      804,
      "libcuda.so.1 is a compatibility package that this device does not support. Take the folder"
          + " \"compat\" out of LD_LIBRARY_PATH or install a newer NVIDIA driver."),
  /** Anything else; in practice a kernel module that is not loaded. */
  UNKNOWN(
      999,
      "the NVIDIA driver cannot be reached. Check that nvidia-smi works and that the kernel module"
          + " nvidia_uvm is loaded (nvidia-modprobe -u).");

  private final int code;
  private final String advice;

  DriverStatus(int code, String advice) {
    this.code = code;
    this.advice = advice;
  }

  /** Says which call gave which code, and what to do about it where that is known. */
  static String explain(String function, int code) {
    for (DriverStatus s : values()) {
      if (s.code == code) {
        return function + " gave error " + code + " (CUDA_ERROR_" + s.name() + "): " + s.advice;
      }
    }
    return function
        + " gave error "
        + code
        + " of the CUDA driver. Check the output of nvidia-smi and the kernel's log.";
  }
}
