package dev.bearhug.tasks.processor;

import dev.bearhug.tensor.error.Suggestions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Finds the files of each split: those the specification names, else by well-known names. */
final class DataFiles {

  private static final int MAX_DEPTH = 4;
  private static final Set<String> ENDINGS = Set.of("json", "jsonl", "ndjson", "tsv", "csv");
  private static final Map<Split, List<String>> NAMES =
      Map.of(
          Split.TRAIN, List.of("train"),
          Split.DEV, List.of("dev", "valid", "validation", "val"),
          Split.TEST, List.of("test"));

  private final DataSpec spec;
  private final Path folder;
  private final List<Path> present;
  private final Map<Split, List<Path>> files = new EnumMap<>(Split.class);
  private final List<String> decisions = new ArrayList<>();

  private DataFiles(DataSpec spec, Path folder, List<Path> present) {
    this.spec = spec;
    this.folder = folder;
    this.present = present;
  }

  /** Finds the files; a path that is itself a file is taken as the file of one split. */
  static DataFiles find(DataSpec spec, Split ofSingleFile) {
    if (spec.path() == null) {
      throw DataException.general("there is no path. Set data.path to a folder or a file.");
    }
    Path path = pathOf(spec.path());
    if (!Files.exists(path)) {
      throw DataException.in(path, "there is no such file or folder" + nearby(path));
    }
    boolean single = Files.isRegularFile(path);
    Path folder = single ? path.toAbsolutePath().getParent() : path;
    DataFiles found = new DataFiles(spec, folder, list(folder));
    if (single) {
      if (!spec.train().isEmpty() || !spec.dev().isEmpty() || !spec.test().isEmpty()) {
        throw DataException.in(
            path, "data.path is a file, so data.train, data.dev and data.test must be empty.");
      }
      found.files.put(ofSingleFile, List.of(path));
    } else {
      found.findAll();
    }
    return found;
  }

  Path folder() {
    return folder;
  }

  List<Path> of(Split split) {
    return files.getOrDefault(split, List.of());
  }

  List<String> decisions() {
    return decisions;
  }

  /** Returns the names of the files that are there, for messages. */
  String presentNames() {
    List<String> names = present.stream().map(this::name).limit(20).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private void findAll() {
    Map<Split, List<String>> given =
        Map.of(Split.TRAIN, spec.train(), Split.DEV, spec.dev(), Split.TEST, spec.test());
    for (Split split : Split.values()) {
      if (!given.get(split).isEmpty()) {
        files.put(split, named(split, given.get(split)));
      }
    }
    List<Path> taken = files.values().stream().flatMap(List::stream).toList();
    for (Split split : Split.values()) {
      List<Path> found = files.containsKey(split) ? List.of() : byName(split, taken);
      if (!found.isEmpty()) {
        files.put(split, found);
      }
    }
    if (spec.cutsDev() && files.containsKey(Split.DEV)) {
      List<Path> ignored = files.remove(Split.DEV);
      decisions.add("dev is cut from train, so " + names(ignored) + " is not read");
    }
    requireDisjoint();
  }

  private void requireDisjoint() {
    List<Path> all = files.values().stream().flatMap(List::stream).toList();
    for (Path file : all) {
      if (all.indexOf(file) != all.lastIndexOf(file)) {
        throw DataException.in(
            file,
            "the file is named for two splits. To cut dev from the train rows, set data.train and"
                + " data.devFraction or data.trainRows, and leave data.dev out.");
      }
    }
  }

  private List<Path> named(Split split, List<String> patterns) {
    List<Path> found = new ArrayList<>();
    for (String pattern : patterns) {
      List<Path> matches = matches(pattern);
      if (matches.isEmpty()) {
        throw DataException.in(
            folder,
            "data.%s: no file matches \"%s\" (files: %s).%s"
                .formatted(
                    split.key(),
                    pattern,
                    presentNames(),
                    Suggestions.didYouMean(pattern, present.stream().map(this::name).toList())));
      }
      matches.stream().filter(file -> !found.contains(file)).forEach(found::add);
    }
    return found;
  }

  private List<Path> matches(String pattern) {
    Path exact = folder.resolve(pathOf(pattern));
    if (Files.isRegularFile(exact)) {
      return List.of(exact);
    }
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      throw DataException.general("\"" + pattern + "\" is no glob (" + e.getDescription() + ").");
    }
    return present.stream().filter(file -> matcher.matches(folder.relativize(file))).toList();
  }

  /** Finds the file of a split by its name, other than those already given a split. */
  private List<Path> byName(Split split, List<Path> taken) {
    for (String stem : NAMES.get(split)) {
      List<Path> exact = withStem(taken, name -> name.equals(stem));
      List<Path> found =
          exact.isEmpty() ? withStem(taken, name -> name.matches(stem + "[._-].+")) : exact;
      if (found.size() > 1) {
        throw DataException.in(
            folder,
            "several files may be the %s split (%s). Choose with data.%s."
                .formatted(split.key(), names(found), split.key()));
      }
      if (!found.isEmpty()) {
        decisions.add(split.key() + " is " + names(found));
        return found;
      }
    }
    return List.of();
  }

  private List<Path> withStem(List<Path> taken, Predicate<String> test) {
    return present.stream()
        .filter(file -> folder.equals(file.getParent()) && !taken.contains(file))
        .filter(
            file -> {
              String name = file.getFileName().toString();
              int dot = name.lastIndexOf('.');
              return dot > 0
                  && isData(name.substring(dot + 1))
                  && test.test(name.substring(0, dot));
            })
        .toList();
  }

  private boolean isData(String ending) {
    String lower = ending.toLowerCase(Locale.ROOT);
    return switch (spec.format()) {
      case AUTO -> ENDINGS.contains(lower);
      case FOLDER, JSON -> lower.equals("json");
      case JSONL -> Set.of("json", "jsonl", "ndjson").contains(lower);
      case CSV -> Set.of("csv", "txt").contains(lower);
      case TSV -> Set.of("tsv", "txt").contains(lower);
    };
  }

  private String names(List<Path> found) {
    return String.join(", ", found.stream().map(this::name).toList());
  }

  private String name(Path file) {
    return folder.relativize(file).toString();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> walk = Files.walk(folder, MAX_DEPTH)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      DataException error =
          DataException.in(folder, "the folder cannot be listed (" + e.getMessage() + ").");
      error.initCause(e);
      throw error;
    }
  }

  private static Path pathOf(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw DataException.general("\"" + text + "\" is no path (" + e.getReason() + ").");
    }
  }

  private static String nearby(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent == null || !Files.isDirectory(parent) || path.getFileName() == null) {
      return ". Check data.path.";
    }
    try (Stream<Path> entries = Files.list(parent)) {
      List<String> names = entries.map(p -> p.getFileName().toString()).toList();
      return "."
          + Suggestions.didYouMean(path.getFileName().toString(), names)
          + " Check data.path.";
    } catch (IOException e) {
      return " (nor can " + parent + " be listed). Check data.path.";
    }
  }
}
