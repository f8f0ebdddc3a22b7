package dev.bearhug.benchmarks.compare;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where and how a comparison ran.
 *
 * @param command how to repeat it
 * @param commit revision of the sources
 * @param processor model of the processor
 * @param threads threads of each side
 * @param engine what our side says of itself
 * @param peer what the peer says of itself, or why there is none
 * @param rounds turns of each side
 */
public record RunInfo(
    String command,
    String commit,
    String processor,
    int threads,
    String engine,
    String peer,
    int rounds) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String UNKNOWN = "unknown";

  /** The processor's name, or the architecture where the system does not tell. */
  static String processorModel() {
    return cpuInfo("model name").stream().findFirst().orElse(System.getProperty("os.arch"));
  }

  /** The processor's features by Linux' names, such as {@code avx512f}; empty if unknown. */
  static Set<String> processorFlags() {
    return cpuInfo("flags").stream()
        .findFirst()
        .<Set<String>>map(line -> new TreeSet<>(List.of(line.split(" "))))
        .orElse(Set.of());
  }

  private static List<String> cpuInfo(String key) {
    if (!Files.isReadable(CPU_INFO)) {
      return List.of();
    }
    try {
      return Files.readAllLines(CPU_INFO).stream()
          .filter(l -> l.startsWith(key) && l.contains(":"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .toList();
    } catch (IOException e) {
      System.err.println("benchmark: cannot read " + CPU_INFO + ": " + e.getMessage());
      return List.of();
    }
  }

  /** The revision of the sources that this program was built in, marked if files differ. */
  static String revision() {
    try {
      Path program =
          Path.of(RunInfo.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
              .directory(program.toAbsolutePath().getParent().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 && !text.isBlank() ? text.strip() : UNKNOWN;
    } catch (IOException | URISyntaxException e) {
      return UNKNOWN; // there need be no git where the jars run
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }
}
