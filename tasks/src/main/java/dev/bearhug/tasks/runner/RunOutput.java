package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.progress.ProgressReporter;

/** Where a run tells what it is doing. */
public interface RunOutput {

  /** Says nothing: for programs and tests. */
  RunOutput SILENT =
      new RunOutput() {
        @Override
        public void say(String line) {}

        @Override
        public ProgressReporter progress(String title, long start, long total) {
          return new SilentProgress();
        }
      };

  /** Says lines and shows progress on standard error. */
  static RunOutput standardError() {
    return new StandardErrorOutput();
  }

  /** Takes a line for people. */
  void say(String line);

  /**
   * Starts to show how far a piece of work is.
   *
   * @param title what is being done
   * @param start steps done before
   * @param total steps in all, at least 1
   */
  ProgressReporter progress(String title, long start, long total);
}
