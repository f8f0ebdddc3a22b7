package dev.bearhug.tensor.io;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Moves tensors from and to safetensors files and their entries, bit for bit. */
public final class TensorFiles {

  private TensorFiles() {}

  /**
   * Opens a file, an index or a model folder. The tensors are views of the mapped file where
   * alignment allows, outside of scopes; writing to one never changes the file.
   *
   * @throws CorruptFileException if a file breaks a rule of the format
   * @throws IOException if it is missing or cannot be read
   */
  public static TensorMap load(Path path) throws IOException {
    TensorMap map = new TensorMap();
    try (Scope.Detached ignored = Scope.detach()) {
      for (TensorEntry e : SafeTensors.open(path).entries()) {
        map.put(e.name(), toTensor(e));
      }
    }
    return map;
  }

  /**
   * Writes tensors of any device; the file appears whole or not at all.
   *
   * @param metadata free text pairs for the header
   */
  public static void save(Path path, TensorMap tensors, Map<String, String> metadata)
      throws IOException {
    List<TensorEntry> entries = new ArrayList<>();
    try (Scope scope = Scope.open("save " + path.getFileName())) {
      for (String name : tensors.names()) {
        entries.add(toEntry(name, tensors.get(name)));
      }
      SafeTensorsWriter.write(path, entries, metadata);
    }
  }

  /**
   * The tensor of an entry: a view of the mapped file, or a copy where the file does not align it.
   *
   * @throws DTypeException for types the engine does not compute with
   */
  public static Tensor toTensor(TensorEntry entry) {
    DType dtype = dtype(entry);
    Shape shape = Shape.of(entry.shape());
    MemorySegment data = entry.data();
    if (shape.numel() > 0 && data.address() % dtype.bytes() == 0) {
      return Tensor.wrap(data, shape, dtype, data);
    }
    Tensor copy = Tensor.empty(shape, dtype, Device.CPU);
    copy.segment().copyFrom(data);
    return copy;
  }

  /**
   * The entry of a tensor's values, which views their memory.
   *
   * <p>Where they are not row-major host memory they are copied first; call it in a scope that
   * stays open until the file is written.
   *
   * @param name name in the file
   * @param tensor values of any device; must stay alive until the file is written
   */
  public static TensorEntry toEntry(String name, Tensor tensor) {
    Tensor host = tensor.detach().to(Device.CPU).contiguous();
    // Not host.segment(), which counts as a change: these bytes are only read.
    MemorySegment bytes =
        NativeMemory.ALL.asSlice(host.address(), host.numel() * host.dtype().bytes());
    return new TensorEntry(name, host.dtype().name(), host.shape().dims(), bytes);
  }

  /**
   * Whether an entry has the type and shape of a tensor.
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
   * @param target row-major tensor of the same type and shape, of any device
   * @throws DTypeException for types the engine does not compute with
   */
  public static void read(TensorEntry entry, Tensor target) {
    try (Scope scope = Scope.open("read " + entry.name())) {
      MemorySegment data = entry.data();
      target.assign(Tensor.wrap(data, Shape.of(entry.shape()), dtype(entry), data));
    }
  }

  private static DType dtype(TensorEntry entry) {
    for (DType d : DType.values()) {
      if (d.name().equals(entry.dtypeName())) {
        return d;
      }
    }
    throw new DTypeException(
        "safetensors",
        "tensor \""
            + entry.name()
            + "\" is "
            + entry.dtypeName()
            + ", which the engine does not compute with; it knows "
            + List.of(DType.values())
            + ".");
  }
}
