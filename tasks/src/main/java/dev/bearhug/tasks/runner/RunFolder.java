package dev.bearhug.tasks.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.processor.DataSpec;
import dev.bearhug.tensor.io.AtomicFiles;
import dev.bearhug.tensor.io.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder of a run and the names of what is in it.
 *
 * <pre>
 * run.json           the resolved configuration; alone repeats the run
 * metrics.jsonl      figures of training steps and evaluations
 * report.json        the summary; its presence says that the run is complete
 * run.log            what was said on the way
 * data.json          how the data was read: columns and form of labels as they were found
 * data.sha256        checksum of the examples, which a resumed run compares
 * predictions_SPLIT.jsonl
 * plots/             PNG files
 * model/             the best model with its tokenizer, in the Hugging Face layout
 * checkpoints/       the last and the best state
 * </pre>
 */
public final class RunFolder {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String CONFIG = "run.json";
  private static final String OVERWRITE_KEY = "overwrite";
  private static final String DATA = "data.json";
  private static final String FINGERPRINT = "data.sha256";

  /** What a run leaves behind, and what overwriting removes. */
  private static final List<String> OWN =
      List.of(
          "report.json",
          "model",
          "checkpoints",
          "metrics.jsonl",
          "plots",
          "run.log",
          DATA,
          FINGERPRINT);

  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /** Returns the folder of a run that is there already. */
  public static RunFolder of(Path path) {
    return new RunFolder(path);
  }

  /** Says whether a folder holds a run, complete or not. */
  public static boolean isRun(Path path) {
    return Files.isRegularFile(path.resolve(CONFIG));
  }

  /**
   * Checks that a new run may use its folder; changes nothing.
   *
   * @param config resolved; says whether files of an earlier run may be removed
   * @throws RunException when the folder holds files that must not be lost
   */
  public static void requireFree(RunConfig config) {
    RunFolder folder = new RunFolder(Path.of(config.output().path()));
    if (Files.exists(folder.path) && !Files.isDirectory(folder.path)) {
      throw new RunException("output: " + folder.path + " is a file. Give a new or empty folder.");
    }
    try {
      List<String> present = Files.exists(folder.path) ? folder.entries() : List.of();
      if (!present.isEmpty()) {
        folder.requireRemovable(present, config.output().overwrite());
      }
    } catch (IOException e) {
      throw folder.unusable(e);
    }
  }

  /**
   * Prepares the folder of a new run: makes it, removes an earlier run where the configuration
   * allows it, and writes the configuration.
   *
   * @param config resolved
   * @throws RunException when the folder holds files that must not be lost, or cannot be used
   */
  public static RunFolder create(RunConfig config) {
    requireFree(config);
    RunFolder folder = new RunFolder(Path.of(config.output().path()));
    try {
      Files.createDirectories(folder.path);
      folder.removeRun();
      AtomicFiles.writeString(folder.configFile(), config.toJson());
      return folder;
    } catch (IOException e) {
      throw folder.unusable(e);
    }
  }

  /**
   * Opens the folder of an interrupted run.
   *
   * @param config resolved configuration with which the run is to go on
   * @throws RunException when the folder holds no run, or one with other settings
   */
  public static RunFolder resume(RunConfig config) {
    RunFolder folder = new RunFolder(Path.of(config.output().path()));
    RunConfig begun = folder.readConfig();
    List<String> differences = differences(begun, config);
    if (!differences.isEmpty()) {
      throw new RunException(
          "output: "
              + folder.path
              + " holds a run with other settings, which cannot be resumed with these:\n  "
              + String.join("\n  ", differences)
              + "\n  Leave the changed settings out (--resume --output DIR is enough), or choose"
              + " another output folder.");
    }
    return folder;
  }

  /** Returns the folder. */
  public Path path() {
    return path;
  }

  /** Returns the file of the resolved configuration. */
  public Path configFile() {
    return path.resolve(CONFIG);
  }

  /** Returns the log of figures. */
  public Path metricsFile() {
    return path.resolve("metrics.jsonl");
  }

  /** Returns the summary. */
  public Path reportFile() {
    return path.resolve("report.json");
  }

  /** Returns the log for people. */
  public Path logFile() {
    return path.resolve("run.log");
  }

  /** Returns the folder of pictures. */
  public Path plots() {
    return path.resolve("plots");
  }

  /** Returns the folder of the best model. */
  public Path model() {
    return path.resolve("model");
  }

  /** Returns the file of predictions for a split. */
  public Path predictions(String split) {
    return path.resolve("predictions_" + split + ".jsonl");
  }

  /** Says whether the run came to its end. */
  public boolean isComplete() {
    return Files.isRegularFile(reportFile());
  }

  /**
   * Reads the configuration of the run.
   *
   * @throws RunException when there is none
   */
  public RunConfig readConfig() {
    if (!isRun(path)) {
      throw new RunException(
          "output: "
              + path
              + " holds no run to resume (it has no "
              + CONFIG
              + "). Start it without --resume.");
    }
    return new ConfigLoader().file(configFile()).load();
  }

  /**
   * Returns how the data of the run was read, with the columns as they were found.
   *
   * @throws RunException when the run has not read any yet
   */
  public DataSpec readData() {
    Path file = path.resolve(DATA);
    if (!Files.isRegularFile(file)) {
      throw new RunException(
          "output: " + path + " has no " + DATA + "; the run has not read its data yet.");
    }
    return ConfigLoader.readData(file);
  }

  /**
   * Compares the data with what the run began with; the first call notes it.
   *
   * @param spec how it was read
   * @param fingerprint checksum of texts and labels
   * @throws RunException when the data changed in between
   */
  public void checkData(DataSpec spec, String fingerprint) {
    Path file = path.resolve(FINGERPRINT);
    try {
      AtomicFiles.writeString(path.resolve(DATA), ConfigLoader.dataToJson(spec));
      if (!Files.exists(file)) {
        AtomicFiles.writeString(file, fingerprint + "\n");
      } else if (!Files.readString(file).strip().equals(fingerprint)) {
        throw new RunException(
            "output: the data changed since the run in "
                + path
                + " began (texts, labels or their order differ), so that it cannot be resumed."
                + " Restore the data, or start a new run in another folder.");
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private void requireRemovable(List<String> present, boolean overwrite) {
    List<String> shown = present.subList(0, Math.min(5, present.size()));
    String listed = String.join(", ", shown) + (present.size() > shown.size() ? ", ..." : "");
    if (!overwrite) {
      throw new RunException(
          "output: "
              + path
              + " is not empty ("
              + listed
              + "). "
              + (isRun(path)
                  ? "It holds a run: go on with it by --resume, replace it by --overwrite, or"
                      + " choose another folder."
                  : "Choose a new or empty folder."));
    }
    if (!isRun(path)) {
      throw new RunException(
          "output: "
              + path
              + " holds files ("
              + listed
              + ") but no run, so that --overwrite does not touch it. Choose another folder.");
    }
  }

  private void removeRun() throws IOException {
    for (String name : entries()) {
      boolean own = OWN.contains(name) || name.matches("predictions_[a-z]+\\.jsonl");
      if (own) {
        DurableFiles.deleteTree(path.resolve(name));
      }
    }
    // Last, so that an interrupted removal is still recognised as a run.
    Files.deleteIfExists(configFile());
  }

  /** Returns the names in the folder, without what an interrupted first write may have left. */
  private List<String> entries() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("." + CONFIG))
          .sorted()
          .toList();
    }
  }

  private RunException unusable(IOException e) {
    return new RunException(
        "output: "
            + path
            + " cannot be used ("
            + e.getClass().getSimpleName()
            + ": "
            + e.getMessage()
            + "). Is it writable and the disk not full?",
        e);
  }

  /** Lists the settings that differ; whether files may be overwritten is none of the run. */
  private static List<String> differences(RunConfig begun, RunConfig now) {
    Map<String, String> before = leaves(begun);
    Map<String, String> after = leaves(now);
    List<String> differences = new ArrayList<>();
    before.forEach(
        (key, value) -> {
          if (!value.equals(after.get(key))) {
            differences.add(key + ": began with " + value + ", now " + after.get(key));
          }
        });
    return differences;
  }

  private static Map<String, String> leaves(RunConfig config) {
    Map<String, String> leaves = new TreeMap<>();
    try {
      ObjectNode tree = (ObjectNode) MAPPER.readTree(config.toJson());
      ((ObjectNode) tree.get("output")).remove(OVERWRITE_KEY);
      collect("", tree, leaves);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return leaves;
  }

  private static void collect(String prefix, JsonNode node, Map<String, String> leaves) {
    node.properties()
        .forEach(
            entry -> {
              String key = prefix + entry.getKey();
              if (entry.getValue().isObject()) {
                collect(key + ".", entry.getValue(), leaves);
              } else {
                leaves.put(key, entry.getValue().toString());
              }
            });
  }
}
