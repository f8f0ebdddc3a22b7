package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One op, alone or with its gradient; native objects made by a call are freed after it. */
final class LibtorchOp {

  private final boolean gradient;
  private final PointerScope owner = new PointerScope();
  private final List<Tensor> leaves = new ArrayList<>();

  LibtorchOp(boolean gradient) {
    this.gradient = gradient;
  }

  /** Marks an input whose gradient is wanted. */
  Tensor leaf(Tensor t) {
    if (gradient) {
      t.set_requires_grad(true);
      leaves.add(t);
    }
    return t;
  }

  /**
   * Finishes the set-up.
   *
   * @param op the op
   * @param seed gradient of its output
   */
  Workload of(Supplier<Tensor> op, Tensor seed) {
    TensorVector inputs = gradient ? new TensorVector(leaves.toArray(new Tensor[0])) : null;
    TensorVector seeds = gradient ? new TensorVector(seed) : null;
    return new Workload() {
      @Override
      public void run() {
        try (PointerScope scope = new PointerScope()) {
          if (gradient) {
            torch.grad(new TensorVector(op.get()), inputs, seeds, null, false, false);
          } else {
            try (NoGradGuard guard = new NoGradGuard()) {
              op.get();
            }
          }
        }
      }

      @Override
      public void close() {
        owner.close();
      }
    };
  }
}
