package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.ConfigLoader;
import dev.bearhug.tasks.processor.DataSpec;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the data of a trained model is and how it is read. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "DIR|FILE",
      description = "Folder with data files, or one file (default: the data of the run).")
  private String path;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "How the data is read, such as data.text=title; may be repeated.")
  private List<String> set = new ArrayList<>();

  String path() {
    return path;
  }

  /** Changes a specification by the single settings. */
  DataSpec apply(DataSpec spec) {
    return set.isEmpty() ? spec : ConfigLoader.overrideData(spec, set);
  }
}
