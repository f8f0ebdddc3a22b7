package dev.bearhug.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens shared libraries by name where the system's loader finds them and in the usual folders of
 * CUDA, and says why one cannot be opened. Loads nothing through JavaCPP: its first failure would
 * make a binding unusable for the rest of the process.
 */
final class LibraryFinder {

  private static final List<String> USUAL_FOLDERS =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/lib/wsl/lib",
          "/usr/local/nvidia/lib64",
          "/usr/local/cuda/lib64");

  private final List<Path> folders;

  /** Looks into these folders after the system's loader failed. */
  LibraryFinder(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /** Looks into the folders of {@code LD_LIBRARY_PATH}, {@code CUDA_HOME} and the usual ones. */
  static LibraryFinder ofEnvironment(Map<String, String> environment) {
    List<Path> folders = new ArrayList<>();
    for (String f : environment.getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator)) {
      addFolder(folders, f, "");
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      addFolder(folders, environment.getOrDefault(variable, ""), "lib64");
    }
    USUAL_FOLDERS.forEach(f -> addFolder(folders, f, ""));
    return new LibraryFinder(folders);
  }

  private static void addFolder(List<Path> folders, String name, String child) {
    if (!name.isBlank()) {
      try {
        folders.add(Path.of(name, child));
      } catch (InvalidPathException e) {
        // A variable of the environment that names no folder cannot hold a library either.
        return;
      }
    }
  }

  /**
   * An attempt to open a library.
   *
   * @param symbols its functions; empty if it could not be opened
   * @param found whether a file of this name exists
   * @param problem the loader's words if the file exists and cannot be opened, else empty
   */
  record Opened(Optional<SymbolLookup> symbols, boolean found, String problem) {}

  /** Opens a library for the life of {@code arena}. */
  Opened open(String name, Arena arena) {
    Optional<SymbolLookup> symbols = lookUp(name, arena);
    if (symbols.isPresent()) {
      return new Opened(symbols, true, "");
    }
    String problem = "";
    boolean found = false;
    for (Path file : candidates(name)) {
      symbols = lookUp(file.toString(), arena);
      if (symbols.isPresent()) {
        return new Opened(symbols, true, "");
      }
      problem = found ? problem : loaderMessage(file);
      found = true;
    }
    return new Opened(Optional.empty(), found, problem);
  }

  private List<Path> candidates(String name) {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      // An absolute name stays itself, whatever the folder.
      Path file = folder.resolve(name).toAbsolutePath();
      if (Files.exists(file) && !found.contains(file)) {
        found.add(file);
      }
    }
    return found;
  }

  private static Optional<SymbolLookup> lookUp(String name, Arena arena) {
    try {
      return Optional.of(SymbolLookup.libraryLookup(name, arena));
    } catch (IllegalArgumentException e) {
      // The exception only repeats the name; loaderMessage asks for the reason.
      return Optional.empty();
    }
  }

  /** What the system's loader says about a file that it refuses. */
  private static String loaderMessage(Path file) {
    try {
      System.load(file.toString());
      return file + ": the loader gave no reason";
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
