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
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * One backward pass. Visits nodes by descending sequence number, so that every gradient is complete
 * when its node is visited; no recursion, so deep graphs do not overflow the stack.
 */
final class BackwardEngine {

  private final boolean keepGraph;
  private final PriorityQueue<Node> queue =
      new PriorityQueue<>(Comparator.comparingLong((Node n) -> n.sequence).reversed());

  /** Records whose gradient is returned instead of stored; null if leaves collect. */
  private Map<GradientRecord, Tensor> captured;

  BackwardEngine(boolean keepGraph) {
    this.keepGraph = keepGraph;
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
    try (NoGrad ignored = NoGrad.enter();
        Autocast off = Autocast.enter(DType.F32);
        Scope scope = Scope.open("backward")) {
      send(root.gradientRecord(), gradient, "backward");
      while (!queue.isEmpty()) {
        visit(queue.poll());
      }
    } finally {
      // Empty unless an exception passes: what waits then is given back.
      queue.forEach(BackwardEngine::dropGradient);
    }
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
    try (Scope scope = Scope.nested(node.op)) {
      if (node.isReleased()) {
        throw new GraphReleasedException(node.op);
      }
      if (AnomalyMode.isOn()) {
        AnomalyMode.checkGradient(node, node.gradient);
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
    } finally {
      dropGradient(node);
    }
    if (!keepGraph) {
      node.release();
    }
  }

  private static void dropGradient(Node node) {
    if (node.gradient != null) {
      node.gradient.close();
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
              + ")");
    }
    Node node = p.node();
    if (node.gradient == null) {
      node.gradient = own(gradient);
      queue.add(node);
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
  private static Tensor own(Tensor t) {
    try (Scope.Detached ignored = Scope.detach()) {
      return t.view(t.layout());
    }
  }

  private void store(GradientRecord record, Tensor gradient) {
    try (Scope.Detached ignored = Scope.detach()) {
      Tensor before = captured.get(record);
      captured.put(record, before == null ? gradient.copy() : before.add(gradient));
      if (before != null) {
        before.close();
      }
    }
  }
}
