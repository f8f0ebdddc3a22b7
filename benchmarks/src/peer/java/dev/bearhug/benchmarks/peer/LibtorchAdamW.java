package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.workload.Workload;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** One step of AdamW over parameters of one shape that have gradients. */
final class LibtorchAdamW implements Workload {

  private final PointerScope owner = new PointerScope();
  private final FusedAdamW optimizer;

  LibtorchAdamW(int count, long rows, long cols) {
    Tensor[] parameters = new Tensor[count];
    for (int i = 0; i < count; i++) {
      parameters[i] = torch.randn(new long[] {rows, cols}, new TensorOptions());
      parameters[i].set_requires_grad(true);
      parameters[i].sum().backward();
    }
    optimizer = new FusedAdamW(List.of(parameters));
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
