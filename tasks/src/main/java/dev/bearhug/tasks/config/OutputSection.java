package dev.bearhug.tasks.config;

/**
 * Where a run writes.
 *
 * @param path the run folder
 * @param overwrite whether the folder may hold files of an earlier run, which are then removed
 */
public record OutputSection(String path, boolean overwrite) {

  /** Checks the values. */
  public OutputSection {
    Rules.require(path != null, "output.path", "must be set: the run folder", "not set");
    Rules.notBlank("output.path", path);
  }
}
