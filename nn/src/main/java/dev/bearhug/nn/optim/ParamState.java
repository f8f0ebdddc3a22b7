package dev.bearhug.nn.optim;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an optimizer remembers of one parameter: how often it was updated, and named tensors. */
public final class ParamState {
  private final Map<String, Tensor> slots = new LinkedHashMap<>();
  private long steps;

  private ParamState() {}

  /** Returns the state of a parameter before its first update. */
  static ParamState initial(List<StateSlot> declared, Tensor parameter) {
    ParamState state = new ParamState();
    try (Scope.Detached ignored = Scope.detach()) {
      for (StateSlot slot : declared) {
        state.slots.put(
            slot.name(),
            Tensor.full(slot.shape(), slot.initial(), slot.dtype(), parameter.device()));
      }
    }
    return state;
  }

  /** Returns how many updates the parameter has got, the present one included. */
  public long steps() {
    return steps;
  }

  /**
   * Returns a tensor of the state; rules change it in place.
   *
   * @param slotName name of one of {@link Optimizer#slots}
   */
  public Tensor slot(String slotName) {
    Tensor slot = slots.get(slotName);
    if (slot == null) {
      throw new IllegalArgumentException(
          "optimizer state: there is no slot \"" + slotName + "\", only " + slots.keySet() + ".");
    }
    return slot;
  }

  Map<String, Tensor> slots() {
    return slots;
  }

  void setSteps(long steps) {
    this.steps = steps;
  }

  void close() {
    slots.values().forEach(Tensor::close);
    slots.clear();
  }
}
