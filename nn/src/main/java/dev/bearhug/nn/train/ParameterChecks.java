package dev.bearhug.nn.train;

import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Trainable;
import dev.bearhug.nn.optim.Optimizer;
import dev.bearhug.nn.optim.ParamGroup;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Warns of parameters that should be trained and are not. */
final class ParameterChecks {
  private final Trainable model;
  private final Optimizer optimizer;
  private final Listeners listeners;
  private boolean checkedGradients;

  ParameterChecks(Trainable model, Optimizer optimizer, Listeners listeners) {
    this.model = model;
    this.optimizer = optimizer;
    this.listeners = listeners;
  }

  /** Warns of trainable parameters that the optimizer does not have. */
  void beforeTheFirstStep(long step) {
    Set<String> updated = new HashSet<>();
    for (ParamGroup group : optimizer.groups()) {
      group.parameters().forEach(parameter -> updated.add(parameter.path()));
    }
    List<String> outsiders =
        model.parameters().stream()
            .filter(p -> p.isTrainable() && !updated.contains(p.path()))
            .map(Parameter::path)
            .toList();
    warn(step, outsiders, "not known to the optimizer and never updated. Add or freeze them.");
  }

  /** Warns of trainable parameters without gradient, the first time it is called. */
  void afterBackward(long step) {
    if (checkedGradients) {
      return;
    }
    checkedGradients = true;
    List<String> unused =
        model.parameters().stream()
            .filter(p -> p.isTrainable() && p.grad() == null)
            .map(Parameter::path)
            .toList();
    warn(
        step,
        unused,
        "without gradient after the first step: the loss does not depend on them. Is a layer not"
            + " used in forward? Freeze them if that is meant.");
  }

  private void warn(long step, List<String> paths, String problem) {
    if (!paths.isEmpty()) {
      String message = "training: " + paths.size() + " trainable parameters are " + problem;
      listeners.tell(TrainListener::onWarning, new TrainEvent.Warning(step, message, paths));
    }
  }
}
