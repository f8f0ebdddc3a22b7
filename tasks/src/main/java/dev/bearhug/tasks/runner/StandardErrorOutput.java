package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.progress.ProgressReporter;

/** Lines and progress on standard error; standard output stays free for results. */
final class StandardErrorOutput implements RunOutput {

  @Override
  public void say(String line) {
    System.err.println(line);
  }

  @Override
  public ProgressReporter progress(String title, long start, long total) {
    return ProgressReporter.onStandardError(title, start, total);
  }
}
