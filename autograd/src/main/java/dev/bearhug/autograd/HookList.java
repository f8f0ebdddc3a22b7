package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** The hooks of one tensor in the order they were added. */
final class HookList {

  private final List<GradHook> hooks = new ArrayList<>();

  GradHook.Handle add(GradHook hook) {
    // An object of its own, so that the same hook added twice is removed once.
    GradHook entry = hook::apply;
    hooks.add(entry);
    return () -> hooks.removeIf(h -> h == entry);
  }

  boolean isEmpty() {
    return hooks.isEmpty();
  }

  /** The gradient after all hooks; the same object if none replaced it. */
  Tensor apply(Tensor gradient) {
    Tensor now = gradient;
    for (GradHook hook : List.copyOf(hooks)) {
      Tensor next = hook.apply(now);
      if (next != null) {
        if (!next.shape().equals(gradient.shape()) || next.dtype() != gradient.dtype()) {
          throw new ShapeException(
              "gradient hook",
              "it gave "
                  + next.describe()
                  + " for a gradient "
                  + gradient.describe()
                  + ", but shape and type must stay. Return null to leave the gradient as it is.");
        }
        now = next;
      }
    }
    return now;
  }
}
