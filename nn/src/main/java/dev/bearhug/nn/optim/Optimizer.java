package dev.bearhug.nn.optim;

import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes parameters by their gradients.
 *
 * <p>A parameter without a gradient, because it is frozen or the loss did not depend on it, is
 * passed over: neither its weights nor its state nor its own step count change. Parameters are
 * visited in the order of the groups, so that runs repeat bit for bit. The optimizer owns its state
 * and not the parameters. Not thread-safe.
 *
 * <pre>{@code
 * Optimizer optimizer = new AdamW(ParamGroup.standard(model.parameters(), 0.01));
 * for (long step = 0; step < 100; step++) {
 *   Autograd.backward(loss());
 *   optimizer.step(schedule.rate(step), GradClip.l2(1).factor(model.parameters()));
 *   optimizer.zeroGrad();
 * }
 * }</pre>
 */
public abstract class Optimizer implements AutoCloseable {

  private final String name;
  private final List<ParamGroup> groups;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, ParamState> states = new LinkedHashMap<>();
  private long steps;
  private double direction = 1;

  /**
   * An optimizer that has done no step.
   *
   * @param name lower-case name, stored with the state
   * @param groups the parameters; each belongs to one group
   * @throws IllegalArgumentException if a path occurs twice
   */
  protected Optimizer(String name, List<ParamGroup> groups) {
    this.name = name;
    this.groups = List.copyOf(groups);
    for (ParamGroup group : groups) {
      for (Parameter parameter : group.parameters()) {
        if (parameters.put(parameter.path(), parameter) != null) {
          throw new IllegalArgumentException(
              name
                  + ": parameter "
                  + parameter.path()
                  + " is listed twice and would be updated twice per step. Put each parameter into"
                  + " one group.");
        }
      }
    }
  }

  /**
   * Returns what is kept for a parameter, in a fixed order that depends on its shape and type
   * alone.
   */
  protected abstract List<StateSlot> slots(Tensor parameter);

  /**
   * Changes one parameter and its state in place; called in a scope, without recording gradients.
   */
  protected abstract void update(ParamUpdate update);

  /** Returns the lower-case name of the method, such as {@code adamw}. */
  public final String name() {
    return name;
  }

  /** Returns the groups in order. */
  public final List<ParamGroup> groups() {
    return groups;
  }

  /**
   * Sets whether later steps go up the gradients instead of down; weight decay shrinks weights
   * either way. Not part of a saved state.
   */
  public final void setMaximize(boolean maximize) {
    direction = maximize ? -1 : 1;
  }

  /** Returns how many steps were done. */
  public final long steps() {
    return steps;
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param rate learning rate, finite and not negative
   */
  public final void step(double rate) {
    step(rate, 1);
  }

  /**
   * Updates every parameter that has a gradient, scaled by a factor first.
   *
   * @param rate learning rate, finite and not negative
   * @param gradScale factor on all gradients, finite and not negative, such as {@link
   *     GradClip#factor}
   * @throws IllegalArgumentException if a number is out of range; nothing was changed then
   */
  public final void step(double rate, double gradScale) {
    requireNotNegative("the learning rate", rate);
    requireNotNegative("the factor on the gradients", gradScale);
    steps++;
    try (NoGrad ignored = NoGrad.enter()) {
      for (ParamGroup group : groups) {
        for (Parameter parameter : group.parameters()) {
          if (parameter.grad() != null) {
            update(parameter, group, rate * group.rateFactor(), direction * gradScale);
          }
        }
      }
    }
  }

  private void update(Parameter parameter, ParamGroup group, double rate, double gradScale) {
    ParamState state =
        states.computeIfAbsent(
            parameter.path(),
            path -> ParamState.initial(slots(parameter.tensor()), parameter.tensor()));
    state.setSteps(state.steps() + 1);
    try (Scope scope = Scope.open(name)) {
      update(
          new ParamUpdate(
              parameter, parameter.grad(), rate, group.weightDecay(), gradScale, state));
    }
  }

  /** Drops the gradients of all parameters. */
  public final void zeroGrad() {
    parameters.values().forEach(Parameter::zeroGrad);
  }

  /**
   * Writes the state of all parameters, by path, as a safetensors file; hyperparameters and rates
   * are not part of it.
   *
   * @param file target, replaced in one step
   * @throws IOException if it cannot be written
   */
  public final void save(Path file) throws IOException {
    OptimizerFile.write(file, name, steps, states);
  }

  /**
   * Goes on from a saved state, bit for bit; the present state is dropped.
   *
   * @param file what {@link #save} wrote
   * @throws IOException if the file cannot be read, or belongs to another optimizer or other
   *     parameters; nothing was changed then
   * @throws dev.bearhug.tensor.io.CorruptFileException if it is no valid safetensors file
   */
  public final void load(Path file) throws IOException {
    OptimizerFile.Content content = OptimizerFile.read(file, name, this::slots, parameters);
    closeStates();
    states.putAll(content.states());
    steps = content.steps();
  }

  /** Gives back the memory of the state; parameters and gradients stay. */
  @Override
  public void close() {
    closeStates();
  }

  private void closeStates() {
    states.values().forEach(ParamState::close);
    states.clear();
  }

  private void requireNotNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          name
              + ": "
              + what
              + " must be finite and not negative, got "
              + value
              + ". Did the loss or a gradient overflow?");
    }
  }
}
