package dev.bearhug.tasks.cli;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import picocli.CommandLine.Option;

/** Where to compute; shared by the commands that use a trained model. */
final class DeviceOptions {

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cpu, cuda or reference (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the CPU backend (default: all processors).")
  private Integer threads;

  Device select() {
    if (threads != null) {
      if (threads < 1 || threads > WorkerPool.MAX_THREADS) {
        throw new UsageException(
            "--threads must lie between 1 and "
                + WorkerPool.MAX_THREADS
                + " (is "
                + threads
                + ").");
      }
      WorkerPool.shared().setThreads(threads);
    }
    return Backends.select(device);
  }
}
