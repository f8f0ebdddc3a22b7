package dev.bearhug.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The few functions of the CUDA driver that describe devices, called without the JavaCPP binding,
 * which cannot load before driver and runtime library are known to be there.
 */
final class DriverApi {

  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int NAME_BYTES = 256;
  private static final int MAX_DEVICES = 1024;

  private final SymbolLookup symbols;
  private final String library;

  DriverApi(SymbolLookup symbols, String library) {
    this.symbols = symbols;
    this.library = library;
  }

  /** Starts the driver; must be called first. */
  void init() throws DriverException {
    call("cuInit", 0);
  }

  /** Newest CUDA version the driver supports: {@code 1000 * major + 10 * minor}. */
  int version() throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
      call("cuDriverGetVersion", out);
      return out.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** All devices, in the driver's order. */
  List<CudaDeviceInfo> devices() throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment name = arena.allocate(NAME_BYTES);
      call("cuDeviceGetCount", number);
      int count = number.get(ValueLayout.JAVA_INT, 0);
      if (count < 0 || count > MAX_DEVICES) {
        throw new DriverException(library + " reports " + count + " devices. Is it NVIDIA's?");
      }
      List<CudaDeviceInfo> devices = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        call("cuDeviceGet", number, i);
        int device = number.get(ValueLayout.JAVA_INT, 0);
        call("cuDeviceGetName", name, NAME_BYTES - 1, device);
        int major = attribute(number, CAPABILITY_MAJOR, device);
        int minor = attribute(number, CAPABILITY_MINOR, device);
        call("cuDeviceTotalMem_v2", size, device);
        devices.add(
            new CudaDeviceInfo(
                i, name.getString(0).strip(), major, minor, size.get(ValueLayout.JAVA_LONG, 0)));
      }
      return devices;
    }
  }

  private int attribute(MemorySegment out, int attribute, int device) throws DriverException {
    call("cuDeviceGetAttribute", out, attribute, device);
    return out.get(ValueLayout.JAVA_INT, 0);
  }

  /** Calls a function that returns a status; arguments are addresses and ints. */
  private void call(String function, Object... arguments) throws DriverException {
    MemorySegment address =
        symbols
            .find(function)
            .orElseThrow(
                () ->
                    new DriverException(
                        library
                            + " has no function "
                            + function
                            + ", so it is not NVIDIA's driver or a very old one. Install driver 580"
                            + " or newer."));
    MethodHandle handle = Linker.nativeLinker().downcallHandle(address, signature(arguments));
    int status;
    try {
      status = (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new DriverException("the call of " + function + " failed: " + e, e);
    }
    if (status != 0) {
      throw new DriverException(DriverStatus.explain(function, status));
    }
  }

  /** Signature of a call made of its arguments. */
  private static FunctionDescriptor signature(Object... arguments) {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT);
    for (Object a : arguments) {
      type =
          type.appendArgumentLayouts(
              a instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS);
    }
    return type;
  }
}
