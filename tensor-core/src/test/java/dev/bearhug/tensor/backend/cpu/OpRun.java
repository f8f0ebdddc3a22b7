package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.SampleInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs samples of ops on the CPU in single precision and on the reference device in double. */
final class OpRun {

  /** How an input lies in memory. */
  enum Strides {
    ROW_MAJOR,
    /** All axes reversed in memory. */
    TRANSPOSED,
    /** Every second element of a larger tensor, behind an offset. */
    GAPS
  }

  private OpRun() {}

  /** All outputs, and the inputs that are changed in place. */
  static <A> List<Tensor> run(Op<A> op, Sample<A> sample, Device device, Strides strides) {
    Tensor[] inputs = new Tensor[sample.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      boolean rowMajor = op.spec().mutates();
      inputs[i] = input(sample.inputs().get(i), device, rowMajor ? Strides.ROW_MAJOR : strides);
    }
    List<Tensor> results =
        new ArrayList<>(Arrays.asList(Dispatcher.apply(op, sample.attrs(), inputs)));
    for (String name : op.spec().mutated()) {
      Tensor changed = inputs[op.spec().inputIndex(name)];
      if (changed != null) {
        results.add(changed);
      }
    }
    return results;
  }

  private static Tensor input(SampleInput in, Device device, Strides strides) {
    if (in == null) {
      return null;
    }
    DType type = in.dtype() == DType.F64 && device.equals(Device.CPU) ? DType.F32 : in.dtype();
    Layout layout = layout(in.shape(), strides);
    long size = strides == Strides.GAPS ? 2 * in.shape().numel() + 3 : in.shape().numel();
    Tensor memory = Tensor.full(Shape.of(size), 77, type, Device.CPU);
    for (int i = 0; i < in.values().length; i++) {
      type.write(memory.address() + layout.position(i) * type.bytes(), in.values()[i]);
    }
    return memory.to(device).view(layout);
  }

  private static Layout layout(Shape shape, Strides strides) {
    return switch (strides) {
      case ROW_MAJOR -> Layout.contiguous(shape);
      case TRANSPOSED -> {
        int[] order = new int[shape.rank()];
        Arrays.setAll(order, i -> order.length - 1 - i);
        yield Layout.contiguous(Layout.contiguous(shape).permute(order).shape()).permute(order);
      }
      case GAPS -> {
        long[] s = Layout.contiguous(shape).strides();
        Arrays.setAll(s, i -> 2 * s[i]);
        yield Layout.of(shape, s, 3);
      }
    };
  }

  /** Compares single precision with the reference. */
  static <A> void check(Op<A> op, Sample<A> sample, Strides strides) {
    try (Scope scope = Scope.open("check")) {
      List<Tensor> have = run(op, sample, Device.CPU, strides);
      List<Tensor> want = run(op, sample, Device.REFERENCE, Strides.ROW_MAJOR);
      for (int o = 0; o < want.size(); o++) {
        String what = op.name() + " " + sample + " " + strides + ", output " + o;
        assertThat(have.get(o).shape()).as(what).isEqualTo(want.get(o).shape());
        double[] a = have.get(o).toDoubleArray();
        double[] b = want.get(o).to(Device.CPU).toDoubleArray();
        double scale = Arrays.stream(b).map(Math::abs).filter(Double::isFinite).max().orElse(1);
        double tolerance = op.spec().tolerance() * Math.max(1, scale);
        for (int i = 0; i < b.length; i++) {
          boolean close = a[i] == b[i] || Math.abs(a[i] - b[i]) <= tolerance;
          if (!close && !(Double.isNaN(a[i]) && Double.isNaN(b[i]))) {
            throw new AssertionError(what + " element " + i + ": " + a[i] + " instead of " + b[i]);
          }
        }
      }
    }
  }
}
