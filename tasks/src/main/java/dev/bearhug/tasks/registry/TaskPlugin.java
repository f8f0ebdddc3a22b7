package dev.bearhug.tasks.registry;

import java.util.List;

/**
 * A type of task under a name; found through {@link java.util.ServiceLoader}.
 *
 * <p>An implementation needs a public constructor without arguments.
 */
public interface TaskPlugin {

  /** Returns the name, lower case with underscores. */
  String name();

  /** Returns other names that stand for the same task, such as keys of HugNLP. */
  List<String> aliases();

  /** Returns what the task does, in one line. */
  String description();

  /** Returns the parts of the task. */
  Task<?> task();
}
