package dev.bearhug.autograd;

import dev.bearhug.tensor.memory.Scope;
import java.util.ArrayList;
import java.util.List;

/** The nodes recorded in one scope; closing the scope gives back what they saved. */
final class Tape implements Scope.Resource {

  private final List<Node> nodes = new ArrayList<>();

  /** Registers a node with the innermost scope of this thread, if there is one. */
  static void add(Node node) {
    Scope scope = Scope.current();
    if (scope == null) {
      return;
    }
    Tape tape;
    if (scope.resource() instanceof Tape t) {
      tape = t;
    } else {
      tape = new Tape();
      scope.setResource(tape);
    }
    tape.nodes.add(node);
  }

  @Override
  public void release() {
    nodes.forEach(Node::release);
    nodes.clear();
  }

  @Override
  public void moveTo(Scope parent) {
    if (parent == null) {
      return;
    }
    if (parent.resource() instanceof Tape t) {
      t.nodes.addAll(nodes);
    } else {
      parent.setResource(this);
    }
  }
}
