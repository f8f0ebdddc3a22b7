package dev.bearhug.nn.internal;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.tensor.memory.Scope;
import java.util.Arrays;

/** Moves tensors to and from the entries of safetensors files, bit for bit. */
public final class TensorFiles {

  private TensorFiles() {}

  /**
   * Returns a file entry of a tensor's values.
   *
   * <p>Where they are not row-major host memory they are copied first; call it in a scope that
   * stays open until the file is written.
   *
   * @param name name in the file
   * @param tensor of any type that files can hold
   */
  public static TensorEntry entry(String name, Tensor tensor) {
    Tensor host = tensor.to(Device.CPU).contiguous();
    return new TensorEntry(name, tensor.dtype().name(), tensor.shape().dims(), host.segment());
  }

  /**
   * Returns whether an entry has the type and shape of a tensor.
   *
   * @param entry entry of a file
   * @param tensor where its values are to go
   */
  public static boolean fits(TensorEntry entry, Tensor tensor) {
    return entry.dtypeName().equals(tensor.dtype().name())
        && Arrays.equals(entry.shape(), tensor.shape().dims());
  }

  /**
   * Copies the values of an entry into a tensor.
   *
   * @param entry entry of a file that is still mapped
   * @param target row-major tensor of the same type and shape
   */
  public static void read(TensorEntry entry, Tensor target) {
    try (Scope scope = Scope.open("read " + entry.name())) {
      DType dtype = DType.valueOf(entry.dtypeName());
      target.assign(Tensor.wrap(entry.data(), Shape.of(entry.shape()), dtype, entry.data()));
    }
  }
}
