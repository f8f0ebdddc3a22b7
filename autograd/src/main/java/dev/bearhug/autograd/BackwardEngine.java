package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.GradientRecord;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.AccumulateOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * One backward pass. Visits nodes by descending sequence number, so that every gradient is complete
 * when its node is visited; no recursion, so deep graphs do not overflow the stack.
 */
final class BackwardEngine {

  /** Leaves with hooks that the pass of this thread added to; null while there is none. */
  private static final ThreadLocal<Set<Leaf>> TOUCHED = new ThreadLocal<>();

  private final boolean keepGraph;

  /** Whether the pass itself is recorded; its tensors then belong to the scope around it. */
  private final boolean recorded;

  private final PriorityQueue<Node> queue =
      new PriorityQueue<>(Comparator.comparingLong((Node n) -> n.sequence).reversed());

  /** Records whose gradient is returned instead of stored; null if leaves collect. */
  private Map<GradientRecord, Tensor> captured;

  BackwardEngine(boolean keepGraph) {
    this(keepGraph, false);
  }

  private BackwardEngine(boolean keepGraph, boolean recorded) {
    this.keepGraph = keepGraph;
    this.recorded = recorded;
  }

  /** A pass whose results can be differentiated. */
  static BackwardEngine recording() {
    return new BackwardEngine(true, true);
  }

  void run(Tensor root, Tensor gradient) {
    if (!root.requiresGrad()) {
      throw new IllegalStateException(
          "backward: "
              + root.describe()
              + " depends on no tensor that requires a gradient. Are all parameters frozen, or was it"
              + " computed under NoGrad?");
    }
    if (!gradient.shape().equals(root.shape())) {
      throw new ShapeException(
          "backward",
          "the gradient is " + gradient.shape() + " for a tensor " + root.shape() + ".");
    }
    // Gradients have the types of the forward pass already.
    try (Autocast off = Autocast.enter(DType.F32)) {
      if (recorded) {
        walk(root, gradient);
      } else {
        try (NoGrad ignored = NoGrad.enter();
            Scope scope = Scope.open("backward")) {
          walkAndCallHooks(root, gradient);
        }
      }
    } finally {
      // Empty unless an exception passes: what waits then is given back.
      queue.forEach(this::dropGradient);
    }
  }

  private void walk(Tensor root, Tensor gradient) {
    send(root.gradientRecord(), gradient, "backward");
    while (!queue.isEmpty()) {
      visit(queue.poll());
    }
  }

  /** Passes inside of this one, of checkpointed blocks, leave the hooks of leaves to it. */
  private void walkAndCallHooks(Tensor root, Tensor gradient) {
    if (TOUCHED.get() != null) {
      walk(root, gradient);
      return;
    }
    Set<Leaf> touched = new LinkedHashSet<>();
    TOUCHED.set(touched);
    try {
      walk(root, gradient);
    } finally {
      TOUCHED.remove();
    }
    touched.forEach(Leaf::callHooks);
  }

  Tensor[] capture(Tensor root, Tensor gradient, Tensor[] wanted) {
    captured = new IdentityHashMap<>();
    for (Tensor t : wanted) {
      if (t.gradientRecord() == null) {
        throw new IllegalArgumentException(
            "gradients: " + t.describe() + " does not require a gradient.");
      }
      captured.put(identity(t.gradientRecord()), null);
    }
    if (recorded) {
      run(root, gradient);
      return Arrays.stream(wanted)
          .map(t -> captured.get(identity(t.gradientRecord())))
          .toArray(Tensor[]::new);
    }
    try (Scope scope = Scope.open("gradients")) {
      run(root, gradient);
      List<Tensor> result = new ArrayList<>();
      for (Tensor t : wanted) {
        Tensor g = captured.get(identity(t.gradientRecord()));
        try (NoGrad ignored = NoGrad.enter()) {
          result.add(g == null ? null : scope.keep(g.copy()));
        }
      }
      return result.toArray(new Tensor[0]);
    } finally {
      captured.values().stream().filter(g -> g != null).forEach(Tensor::close);
    }
  }

  /** A record as map key: the first output of a node stands for the node. */
  private static GradientRecord identity(GradientRecord record) {
    return record instanceof Produced p ? p.node().self : record;
  }

  private void visit(Node node) {
    if (recorded) {
      node.recorded = true;
      try {
        differentiate(node);
      } finally {
        node.recorded = false;
        dropGradient(node);
      }
      return;
    }
    try (Scope scope = Scope.nested(node.op)) {
      differentiate(node);
    } finally {
      dropGradient(node);
    }
    if (!keepGraph) {
      node.release();
    }
  }

  private void differentiate(Node node) {
    if (node.isReleased()) {
      throw new GraphReleasedException(node.op);
    }
    if (AnomalyMode.isOn()) {
      AnomalyMode.checkGradient(node, node.gradient);
    }
    if (node.hasHooks()) {
      callHooks(node);
    }
    if (captured != null && captured.containsKey(node.self)) {
      store(node.self, node.gradient);
    }
    Tensor[] grads = node.backward();
    for (int i = 0; i < node.edges.length; i++) {
      if (node.edges[i] != null && i < grads.length && grads[i] != null) {
        send(node.edges[i], fit(grads[i], node.inputShapes[i], node.inputDTypes[i]), node.op);
      }
    }
  }

  private void callHooks(Node node) {
    Tensor replaced = node.hooks().apply(node.gradient);
    if (replaced != node.gradient) {
      Tensor before = node.gradient;
      node.gradient = own(replaced);
      if (!recorded) {
        before.close();
      }
    }
  }

  private void dropGradient(Node node) {
    if (node.gradient != null) {
      if (!recorded) {
        node.gradient.close();
      }
      node.gradient = null;
    }
  }

  /** Sums over broadcast axes and converts to the type of the input. */
  private static Tensor fit(Tensor gradient, Shape shape, DType dtype) {
    Tensor g = gradient;
    if (!g.shape().equals(shape)) {
      int extra = g.rank() - shape.rank();
      int[] axes = new int[g.rank()];
      int n = 0;
      for (int i = 0; i < g.rank(); i++) {
        if (i < extra || shape.dim(i - extra) == 1 && g.dim(i) != 1) {
          axes[n++] = i;
        }
      }
      g = g.sum(true, Arrays.copyOf(axes, n)).reshape(shape.dims());
    }
    return g.to(dtype);
  }

  private void send(GradientRecord record, Tensor gradient, String from) {
    if (record instanceof Leaf leaf) {
      if (captured == null) {
        leaf.accumulate(gradient);
        if (!leaf.hooks().isEmpty() && TOUCHED.get() != null) {
          TOUCHED.get().add(leaf);
        }
      } else if (captured.containsKey(leaf)) {
        store(leaf, gradient);
      }
      return;
    }
    Produced p = (Produced) record;
    if (p.output() != 0) {
      throw new NonDifferentiableException(
          p.node().op,
          "its output number "
              + p.output()
              + " is a by-product without gradient (used by "
              + from
              + "); compute it in a ByDefinition block for derivatives of gradients");
    }
    Node node = p.node();
    if (node.gradient == null) {
      node.gradient = own(gradient);
      queue.add(node);
    } else if (recorded) {
      node.gradient = node.gradient.add(gradient);
    } else if (node.gradient.storage().isExclusive() && node.gradient.layout().isContiguous()) {
      Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, node.gradient, gradient);
    } else {
      Tensor sum;
      try (Scope.Detached ignored = Scope.detach()) {
        sum = node.gradient.add(gradient);
      }
      node.gradient.close();
      node.gradient = sum;
    }
  }

  /** A handle outside of the scopes of this pass, so that it lives until its node is visited. */
  private Tensor own(Tensor t) {
    if (recorded) {
      return t;
    }
    try (Scope.Detached ignored = Scope.detach()) {
      return t.view(t.layout());
    }
  }

  private void store(GradientRecord record, Tensor gradient) {
    if (recorded) {
      captured.merge(record, gradient, Tensor::add);
      return;
    }
    try (Scope.Detached ignored = Scope.detach()) {
      Tensor before = captured.get(record);
      captured.put(record, before == null ? gradient.copy() : before.add(gradient));
      if (before != null) {
        before.close();
      }
    }
  }
}
