package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.Dispatcher;

/**
 * Entry to gradients.
 *
 * <pre>{@code
 * Tensor w = Autograd.requireGrad(Tensor.of(new float[] {1, 2}));
 * try (Scope step = Scope.open("step")) {
 *   Autograd.backward(w.square().sum());
 * }
 * Autograd.grad(w);   // [2, 4]
 * }</pre>
 */
public final class Autograd {

  static {
    Dispatcher.install(new TapeRecorder());
  }

  private Autograd() {}

  /**
   * Marks a tensor as a leaf that collects a gradient. The tensor should outlive the steps, so
   * create it outside of scopes.
   *
   * @return the tensor
   */
  public static Tensor requireGrad(Tensor tensor) {
    if (!tensor.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "requireGrad: "
              + tensor.describe()
              + " is not of a floating type and cannot have a gradient.");
    }
    if (tensor.gradientRecord() == null) {
      tensor.setGradientRecord(new Leaf(tensor));
    } else if (!(tensor.gradientRecord() instanceof Leaf)) {
      throw new IllegalArgumentException(
          "requireGrad: " + tensor.describe() + " is the result of an op; use detach() first.");
    }
    return tensor;
  }

  /** Ends the collection of gradients at a leaf and drops what was collected. */
  public static void freeze(Tensor leaf) {
    zeroGrad(leaf);
    if (leaf.gradientRecord() instanceof Leaf) {
      leaf.setGradientRecord(null);
    }
  }

  /** The gradient collected at a leaf so far, null if none; owned by the leaf. */
  public static Tensor grad(Tensor leaf) {
    return leaf.gradientRecord() instanceof Leaf l ? l.grad() : null;
  }

  /** Drops the gradient of a leaf; the next one is stored instead of added. */
  public static void zeroGrad(Tensor leaf) {
    if (leaf.gradientRecord() instanceof Leaf l) {
      l.clear();
    }
  }

  /**
   * Adds the gradients of a scalar to the leaves it depends on and releases the graph.
   *
   * @throws ShapeException if {@code loss} has more than one element
   */
  public static void backward(Tensor loss) {
    if (loss.numel() != 1) {
      throw new ShapeException(
          "backward",
          "the loss must be a single number, this is "
              + loss.describe()
              + ". Reduce it with sum() or mean(), or give the gradient of each element.");
    }
    backward(loss, Tensor.full(loss.shape(), 1, loss.dtype(), loss.device()));
  }

  /**
   * Adds the gradients of {@code sum(tensor * gradient)} to the leaves and releases the graph.
   *
   * @param gradient of the shape of {@code tensor}
   */
  public static void backward(Tensor tensor, Tensor gradient) {
    new BackwardEngine(false).run(tensor, gradient);
  }

  /** As {@link #backward(Tensor, Tensor)}, but the graph stays, so that it can be walked again. */
  public static void backwardKeepingGraph(Tensor tensor, Tensor gradient) {
    new BackwardEngine(true).run(tensor, gradient);
  }

  /**
   * Gradients of {@code sum(tensor * gradient)} with respect to given tensors, leaves or not;
   * nothing is added to leaves, except to parameters used inside a {@link Checkpointing} block,
   * whose second run collects their gradients. The graph is released.
   *
   * @return one gradient per tensor, null where {@code tensor} does not depend on it
   */
  public static Tensor[] gradients(Tensor tensor, Tensor gradient, Tensor... wanted) {
    return new BackwardEngine(false).capture(tensor, gradient, wanted);
  }

  /**
   * As {@link #gradients}, but the gradients are recorded too, so that they can be differentiated:
   * for gradient penalties, products with a Hessian and derivatives of any order.
   *
   * <p>The graph stays, and everything that is made belongs to the innermost open scope and is
   * released with it. Where a gradient rule reads a by-product of its op, the second pass fails and
   * names the op; compute it in a {@link ByDefinition} block then. Checkpointed blocks and inputs
   * lowered by {@link Autocast} have no second derivatives.
   *
   * @return one gradient per tensor, null where {@code tensor} does not depend on it
   * @throws NonDifferentiableException if an op on the way has no gradient that can be recorded
   */
  public static Tensor[] differentiableGradients(Tensor tensor, Tensor gradient, Tensor... wanted) {
    return BackwardEngine.recording().capture(tensor, gradient, wanted);
  }

  /**
   * Adds a hook to the gradient of a tensor.
   *
   * <p>For a leaf it is called once at the end of each pass that added to its gradient, with all
   * that was collected so far; what it returns is collected instead. Passes of {@link #gradients}
   * collect nothing and do not call it. For the result of an op it is called when the gradient of
   * this tensor is complete, before it goes on to what the tensor was computed from. Hooks run in
   * the order they were added; freezing a leaf drops its hooks.
   *
   * @param tensor a leaf, or the first output of an op
   * @return closing it removes the hook
   * @throws IllegalArgumentException if the tensor requires no gradient
   */
  public static GradHook.Handle addGradHook(Tensor tensor, GradHook hook) {
    if (tensor.gradientRecord() instanceof Leaf leaf) {
      return leaf.hooks().add(hook);
    }
    if (tensor.gradientRecord() instanceof Produced p && p.output() == 0) {
      return p.node().hooks().add(hook);
    }
    throw new IllegalArgumentException(
        "gradient hook: "
            + tensor.describe()
            + " gets no gradient. Is it frozen, detached, computed under NoGrad, or a by-product of"
            + " an op?");
  }
}
