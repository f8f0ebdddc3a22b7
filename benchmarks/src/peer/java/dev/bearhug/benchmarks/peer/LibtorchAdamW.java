package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.workload.Workload;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One step of AdamW over parameters of one shape that have gradients. */
final class LibtorchAdamW implements Workload {

  private static final double RATE = 2e-5;

  private final PointerScope owner = new PointerScope();
  private final AdamW optimizer;

  LibtorchAdamW(int count, long rows, long cols) {
    Tensor[] parameters = new Tensor[count];
    for (int i = 0; i < count; i++) {
      parameters[i] = torch.randn(new long[] {rows, cols}, new TensorOptions());
      parameters[i].set_requires_grad(true);
      parameters[i].sum().backward();
    }
    optimizer = new AdamW(new TensorVector(parameters), new AdamWOptions(RATE));
  }

  @Override
  public void run() {
    try (PointerScope scope = new PointerScope()) {
      optimizer.step();
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
