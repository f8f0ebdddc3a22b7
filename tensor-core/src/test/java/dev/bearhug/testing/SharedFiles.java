package dev.bearhug.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the reference values and data sets that live outside of the repository: where {@code
 * -Dbearhug.fixtures} and {@code -Dbearhug.data} say, else in {@code shared} beside it. Where there
 * are no reference values at all, the small copy among the test resources serves.
 */
public final class SharedFiles {

  private static final String COPY = "tensor-core/src/test/resources/reference";

  private SharedFiles() {}

  /**
   * Returns a folder below the root of the reference values, or with an empty name the root itself;
   * skips the test, which one printed line says, when it is absent.
   */
  public static Path fixtures(String folder) {
    return require("bearhug.fixtures", "fixtures", folder);
  }

  /**
   * Returns a folder below the root of the data sets, or with an empty name the root itself; skips
   * the test, which one printed line says, when it is absent.
   */
  public static Path data(String folder) {
    return require("bearhug.data", "data", folder);
  }

  private static Path require(String property, String name, String folder) {
    String given = System.getProperty(property, "");
    Path repository = Path.of(System.getProperty("bearhug.root", ".."));
    Path root = given.isBlank() ? repository.resolve("../shared").resolve(name) : Path.of(given);
    if (name.equals("fixtures") && given.isBlank() && !Files.isDirectory(root)) {
      System.out.println("no folder " + root.normalize() + ": compared with " + COPY + " instead");
      root = repository.resolve(COPY);
    }
    Path path = root.resolve(folder).normalize();
    if (!Files.isDirectory(path)) {
      System.out.println("skipped: no folder " + path + " (set -D" + property + "=DIR)");
    }
    Assumptions.assumeTrue(Files.isDirectory(path), () -> "no folder " + path);
    return path;
  }
}
