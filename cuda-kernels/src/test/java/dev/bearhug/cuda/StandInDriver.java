package dev.bearhug.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds libraries that answer like the NVIDIA driver of some machine. */
final class StandInDriver {

  private final Map<String, String> settings =
      new TreeMap<>(
          Map.of("INIT", "0", "VERSION", "13000", "COUNT", "1", "MAJOR", "9", "MINOR", "0"));

  /** A driver for CUDA 13.0 with one device of compute capability 9.0, unless changed. */
  StandInDriver with(String name, int value) {
    settings.put(name, Integer.toString(value));
    return this;
  }

  /** Compiles the library; skips the test, with a printed line, where there is no gcc. */
  Path build(Path folder, String name) throws IOException, InterruptedException {
    Path source = folder.resolve("stand_in_driver.c");
    try (InputStream in = StandInDriver.class.getResourceAsStream("/stand_in_driver.c")) {
      Files.write(source, in.readAllBytes());
    }
    Path library = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC"));
    settings.forEach((n, v) -> command.add("-D" + n + "=" + v));
    command.addAll(List.of("-o", library.toString(), source.toString()));
    Process gcc;
    try {
      gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      System.out.println("SKIPPED: no gcc to build a stand-in for the NVIDIA driver");
      assumeTrue(false, "gcc is missing");
      throw e;
    }
    String output = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (gcc.waitFor() != 0) {
      throw new IOException("gcc failed: " + output);
    }
    return library;
  }
}
