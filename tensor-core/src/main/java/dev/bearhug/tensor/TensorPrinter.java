package dev.bearhug.tensor;

import dev.bearhug.tensor.memory.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints tensors as NumPy and PyTorch do: values in aligned columns of one format, then type, shape
 * and a device other than the CPU; of more than 1000 values only the first and last three along
 * each axis.
 *
 * <pre>
 * tensor([[ 1.5000,     nan],
 *         [-2.0000,     inf]], F32[2, 2])
 * </pre>
 */
final class TensorPrinter {

  private static final int EDGE = 3;
  private static final int SMALL = 1000;
  private static final int LINE = 80;
  private static final String START = "tensor(";

  private final Tensor tensor;
  private final boolean shorten;
  private final StringBuilder out = new StringBuilder(START);
  private NumberFormat format;

  private TensorPrinter(Tensor tensor) {
    this.tensor = tensor;
    this.shorten = tensor.numel() > SMALL;
  }

  static String print(Tensor t) {
    if (!t.storage().backend().isHostMemory()) {
      try (Scope scope = Scope.open("print")) {
        return new TensorPrinter(t.detach().to(Device.CPU)).print(", " + t.device() + ")");
      }
    }
    String device = t.device().equals(Device.CPU) ? "" : ", " + t.device();
    return new TensorPrinter(t).print(device + ")");
  }

  private String print(String end) {
    if (tensor.numel() == 0) {
      return out.append("[], ").append(tensor.describe()).append(end).toString();
    }
    List<Long> shown = new ArrayList<>();
    collect(shown, 0, 0);
    format = new NumberFormat(tensor, shown);
    axis(0, 0, START.length() + 1);
    return out.append(", ").append(tensor.describe()).append(end).toString();
  }

  /** The positions along an axis that are shown; -1 stands for those left out. */
  private long[] places(int axis) {
    long size = tensor.dim(axis);
    boolean cut = shorten && size > 2 * EDGE;
    long[] places = new long[cut ? 2 * EDGE + 1 : (int) size];
    for (int i = 0; i < places.length; i++) {
      places[i] = !cut || i < EDGE ? i : i == EDGE ? -1 : size - places.length + i;
    }
    return places;
  }

  private long step(int axis) {
    long step = 1;
    for (int i = axis + 1; i < tensor.rank(); i++) {
      step *= tensor.dim(i);
    }
    return step;
  }

  private void collect(List<Long> shown, int axis, long start) {
    if (axis == tensor.rank()) {
      shown.add(start);
      return;
    }
    for (long place : places(axis)) {
      if (place >= 0) {
        collect(shown, axis + 1, start + place * step(axis));
      }
    }
  }

  private void axis(int axis, long start, int indent) {
    if (axis == tensor.rank()) {
      out.append(format.text(start));
      return;
    }
    out.append('[');
    boolean last = axis == tensor.rank() - 1;
    int perLine = Math.max(1, (LINE - indent) / (format.width() + 2));
    int inLine = 0;
    boolean first = true;
    for (long place : places(axis)) {
      if (!first) {
        boolean newLine = !last || inLine == perLine;
        out.append(last && !newLine ? ", " : ",");
        if (newLine) {
          out.append("\n".repeat(last ? 1 : tensor.rank() - 1 - axis)).append(" ".repeat(indent));
          inLine = 0;
        }
      }
      first = false;
      inLine++;
      if (place < 0) {
        out.append("...");
      } else {
        axis(axis + 1, start + place * step(axis), indent + 1);
      }
    }
    out.append(']');
  }
}
