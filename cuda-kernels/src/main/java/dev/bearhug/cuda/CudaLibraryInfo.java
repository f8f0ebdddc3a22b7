package dev.bearhug.cuda;

import java.util.Optional;

/**
 * Whether a CUDA library can be loaded.
 *
 * @param purpose what the backend needs it for
 * @param file name of the library's file, such as {@code libnvrtc.so.13}
 * @param problem why it cannot be loaded; empty if it can
 */
public record CudaLibraryInfo(String purpose, String file, Optional<String> problem) {

  /** Whether the library can be loaded. */
  public boolean loadable() {
    return problem.isEmpty();
  }
}
