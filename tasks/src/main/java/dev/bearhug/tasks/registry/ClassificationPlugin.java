package dev.bearhug.tasks.registry;

import java.util.List;

/** Classification of texts and pairs of texts. */
public final class ClassificationPlugin implements TaskPlugin {

  /** Used by {@link java.util.ServiceLoader}. */
  public ClassificationPlugin() {}

  @Override
  public String name() {
    return "classification";
  }

  @Override
  public List<String> aliases() {
    return List.of("auto_cls", "head_cls");
  }

  @Override
  public String description() {
    return "one class, a set of classes or a number for a text or a pair of texts";
  }

  @Override
  public Task<?> task() {
    return new ClassificationTask();
  }
}
