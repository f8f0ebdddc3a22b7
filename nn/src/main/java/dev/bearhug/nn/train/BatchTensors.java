package dev.bearhug.nn.train;

import dev.bearhug.nn.data.Batch;
import dev.bearhug.nn.data.HostArray;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/** Makes tensors of the host arrays of a batch. */
public final class BatchTensors {

  private BatchTensors() {}

  /**
   * Copies all arrays of a batch to a device, in the present scope.
   *
   * <p>Floats become {@code F32}, ints {@code I32}, longs {@code I64}, booleans {@code BOOL}.
   *
   * @param batch the batch
   * @param device where the tensors are made
   * @return the tensors by the names of the arrays, in their order
   */
  public static TensorMap of(Batch batch, Device device) {
    TensorMap tensors = new TensorMap();
    for (String name : batch.names()) {
      tensors.put(name, tensor(batch.get(name)).to(device));
    }
    return tensors;
  }

  private static Tensor tensor(HostArray array) {
    long[] shape = array.shape();
    return switch (array.kind()) {
      case FLOAT -> Tensor.of(array.floats(), shape);
      case INT -> Tensor.of(array.ints(), shape);
      case LONG -> Tensor.of(array.longs(), shape);
      case BOOLEAN -> Tensor.of(array.booleans(), shape);
    };
  }
}
