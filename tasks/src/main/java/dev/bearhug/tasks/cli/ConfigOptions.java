package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.ConfigException;
import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.config.ModelSize;
import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.registry.TaskRegistry;
import dev.bearhug.tasks.runner.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options from which the configuration of a run is made; shared by train and plan. */
final class ConfigOptions {

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "What to train: classification (also by HugNLP's keys, such as head_cls).")
  private String task;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Start from this model folder (config.json, model.safetensors, tokenizer).")
  private String model;

  @Option(
      names = "--config",
      paramLabel = "SIZE",
      description = "Start from random weights of this size: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Sizes.class)
  private ModelSize config;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|build",
      description =
          "Folder of the tokenizer (default: that of --model); build: learn one from the train"
              + " texts (default with --config).")
  private String tokenizer;

  @Option(
      names = "--data",
      paramLabel = "DIR|FILE",
      description = "Folder with train and dev files (json, jsonl, csv, tsv), or one file.")
  private String data;

  @Option(names = "--output", paramLabel = "DIR", description = "The run folder, new or empty.")
  private String output;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Settings to begin with: finetune (default with --model) or scratch.")
  private String preset;

  @Option(
      names = "--settings",
      paramLabel = "FILE",
      description = "JSON file of settings, such as the run.json of an earlier run.")
  private Path settings;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as train.epochs=5; may be repeated and wins over all else.")
  private List<String> set = new ArrayList<>();

  /** The names of the sizes for help and completion. */
  static final class Sizes extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Sizes() {
      for (ModelSize size : ModelSize.values()) {
        add(size.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  /** Says whether the run folder was given on the command line. */
  boolean namesOutput() {
    return output != null;
  }

  /**
   * Returns the resolved configuration.
   *
   * @param resume whether an output folder that holds a run brings its configuration along
   * @param extra further settings
   */
  RunConfig load(boolean resume, List<String> extra) {
    ConfigLoader loader = new ConfigLoader();
    Path folder = output == null ? null : Path.of(output);
    if (resume && folder != null && RunFolder.isRun(folder)) {
      loader.file(RunFolder.of(folder).configFile());
    } else {
      chooseBase(loader);
    }
    if (task != null) {
      loader.set("task=" + TaskRegistry.installed().get(task).name());
    }
    set(loader, "model.path", model);
    set(loader, "model.config", config == null ? null : config.name().toLowerCase(Locale.ROOT));
    set(loader, "tokenizer.path", tokenizer);
    set(loader, "data.path", data);
    set(loader, "output.path", output);
    extra.forEach(loader::set);
    set.forEach(loader::set);
    try {
      return loader.load().resolve(Path.of(""), Runtime.getRuntime().availableProcessors());
    } catch (ConfigException e) {
      throw withOption(e);
    }
  }

  /** Names the option of this command line where its key was not set at all. */
  private RuntimeException withOption(ConfigException e) {
    if ("output.path".equals(e.key) && output == null) {
      return new UsageException("give the folder for the results by --output DIR. (" + e.key + ")");
    }
    if ("data.path".equals(e.key) && data == null) {
      return new UsageException("give the data by --data DIR. (" + e.key + ")");
    }
    return e;
  }

  private void chooseBase(ConfigLoader loader) {
    if (model != null && config != null) {
      throw new UsageException("--model and --config exclude each other. Give one of them.");
    }
    if (settings != null) {
      loader.file(settings);
    }
    if (preset != null) {
      loader.preset(preset);
    } else if (settings == null) {
      loader.preset(model == null ? "scratch" : "finetune");
    }
  }

  private static void set(ConfigLoader loader, String key, String value) {
    if (value != null) {
      loader.set(key + "=" + value);
    }
  }
}
