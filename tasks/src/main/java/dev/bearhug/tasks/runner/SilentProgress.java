package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.progress.ProgressFigures;
import dev.bearhug.tasks.progress.ProgressReporter;

/** Shows nothing. */
final class SilentProgress implements ProgressReporter {

  @Override
  public void update(long step, ProgressFigures figures) {}

  @Override
  public void message(String line) {}

  @Override
  public void close() {}
}
