package dev.bearhug.tensor.backend.cpu;

import java.util.Map;

/** A call of oneDNN that failed, with its status in words. */
final class OneDnnException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private static final Map<Integer, String> STATUS =
      Map.of(
          1, "out of memory",
          2, "invalid arguments",
          3, "unimplemented",
          4, "last implementation reached",
          5, "runtime error",
          6, "not required");

  OneDnnException(String call, int status) {
    super(
        "oneDNN: "
            + call
            + " failed (status "
            + status
            + ", "
            + STATUS.getOrDefault(status, "unknown")
            + "). Try -Dbearhug.gemm=vector.");
  }
}
