package dev.bearhug.tasks.registry;

import dev.bearhug.tensor.error.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The task types on the class path, by name and alias; immutable. */
public final class TaskRegistry {

  private final Map<String, TaskPlugin> byName = new LinkedHashMap<>();
  private final List<TaskPlugin> plugins;

  /**
   * Creates a registry.
   *
   * @throws IllegalArgumentException when two plugins claim one name
   */
  public TaskRegistry(Iterable<TaskPlugin> plugins) {
    List<TaskPlugin> all = new ArrayList<>();
    for (TaskPlugin plugin : plugins) {
      all.add(plugin);
      put(plugin.name(), plugin);
      plugin.aliases().forEach(alias -> put(alias, plugin));
    }
    this.plugins = List.copyOf(all);
  }

  /** Returns the plugins that {@link ServiceLoader} finds. */
  public static TaskRegistry installed() {
    return new TaskRegistry(
        ServiceLoader.load(TaskPlugin.class, TaskRegistry.class.getClassLoader()));
  }

  private void put(String name, TaskPlugin plugin) {
    TaskPlugin earlier = byName.putIfAbsent(name, plugin);
    if (earlier != null) {
      throw new IllegalArgumentException(
          "tasks: the name \""
              + name
              + "\" is claimed by "
              + earlier.getClass().getName()
              + " and "
              + plugin.getClass().getName()
              + ". Remove one of the jars.");
    }
  }

  /** Returns all plugins. */
  public List<TaskPlugin> plugins() {
    return plugins;
  }

  /** Returns all names, aliases included. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /**
   * Returns the task of a name or alias.
   *
   * @throws UnknownTaskException when there is none; the message lists near names
   */
  public TaskPlugin get(String name) {
    TaskPlugin plugin = byName.get(name);
    if (plugin == null) {
      throw new UnknownTaskException(
          "task: there is no task \""
              + name
              + "\" (tasks: "
              + String.join(", ", byName.keySet())
              + ")."
              + Suggestions.didYouMean(name, byName.keySet()));
    }
    return plugin;
  }
}
