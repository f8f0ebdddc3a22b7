package dev.bearhug.cuda;

import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.error.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Does what its argument names and prints what came of it, for a test's second JVM. */
final class BackendsReport {

  private BackendsReport() {}

  /** Entry point; {@code list} prints all backends, any other argument is selected. */
  public static void main(String[] args) throws IOException {
    try {
      if (args[0].equals("list")) {
        for (Backends.Found f : Backends.found()) {
          System.out.println(
              f.name() + " " + f.availability().usable() + " " + f.availability().reason());
        }
      } else {
        System.out.println("device " + Backends.select(args[0]));
        System.out.println("libcuda mapped " + maps().contains("libcuda.so.1"));
      }
    } catch (DeviceException e) {
      System.out.println(e.getMessage());
    }
  }

  private static String maps() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    return Files.exists(maps) ? Files.readString(maps) : "";
  }
}
