package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of this process as Linux counts it: heap, libraries, native memory. */
final class ProcessMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIBI = 1024;

  private ProcessMemory() {}

  /** Whether this system tells. */
  static boolean isKnown() {
    return Files.isReadable(STATUS);
  }

  /** Bytes at this moment, 0 if unknown. */
  static long resident() {
    return value("VmRSS:");
  }

  /** Largest number of bytes since the process started, 0 if unknown. */
  static long peak() {
    return value("VmHWM:");
  }

  private static long value(String key) {
    if (!isKnown()) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException("benchmark: cannot read " + STATUS + ".", e);
    }
  }
}
