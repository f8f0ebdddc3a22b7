package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
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
    Tensor[] inputs = inputs(op, sample, device, strides);
    return results(op, inputs, Dispatcher.apply(op, sample.attrs(), inputs));
  }

  /**
   * The same from the kernels of a table, not necessarily those of the CPU backend of this process.
   *
   * @return null if the table has no kernel of the op
   */
  static <A> List<Tensor> run(Op<A> op, Sample<A> sample, KernelTable table) {
    Tensor[] inputs = inputs(op, sample, Device.CPU, Strides.ROW_MAJOR);
    Tensor[] outputs = Dispatcher.apply(op, sample.attrs(), inputs);
    KernelTable.Entry entry = table.find(op.name(), inputs[op.spec().key()].dtype());
    if (entry == null) {
      return null;
    }
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = Tensor.full(outputs[i].shape(), 55, outputs[i].dtype(), Device.CPU);
    }
    inputs = inputs(op, sample, Device.CPU, Strides.ROW_MAJOR);
    entry.kernel().run(new KernelCall(inputs, outputs, sample.attrs()));
    return results(op, inputs, outputs);
  }

  private static <A> Tensor[] inputs(Op<A> op, Sample<A> sample, Device device, Strides strides) {
    Tensor[] inputs = new Tensor[sample.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      boolean rowMajor = op.spec().mutates();
      inputs[i] = input(sample.inputs().get(i), device, rowMajor ? Strides.ROW_MAJOR : strides);
    }
    return inputs;
  }

  private static List<Tensor> results(Op<?> op, Tensor[] inputs, Tensor[] outputs) {
    List<Tensor> results = new ArrayList<>(Arrays.asList(outputs));
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
      String what = op.name() + " " + sample + " " + strides;
      compare(what, op, run(op, sample, Device.CPU, strides), reference(op, sample));
    }
  }

  /** What the reference device computes. */
  static <A> List<Tensor> reference(Op<A> op, Sample<A> sample) {
    return run(op, sample, Device.REFERENCE, Strides.ROW_MAJOR);
  }

  /** Compares results within the tolerance of the op. */
  static void compare(String name, Op<?> op, List<Tensor> have, List<Tensor> want) {
    for (int o = 0; o < want.size(); o++) {
      String what = name + ", output " + o;
      assertThat(have.get(o).shape()).as(what).isEqualTo(want.get(o).shape());
      double[] a = have.get(o).toDoubleArray();
      double[] b = want.get(o).to(Device.CPU).toDoubleArray();
      double scale = Arrays.stream(b).map(Math::abs).filter(Double::isFinite).max().orElse(1);
      double tolerance = op.spec().tolerance() * Math.max(1, scale);
      // A value between two that the type can hold may be rounded to either.
      double step = want.get(o).dtype() == DType.BF16 ? 0x1p-7 : 0;
      for (int i = 0; i < b.length; i++) {
        boolean close = a[i] == b[i] || Math.abs(a[i] - b[i]) <= tolerance + step * Math.abs(b[i]);
        if (!close && !(Double.isNaN(a[i]) && Double.isNaN(b[i]))) {
          throw new AssertionError(what + " element " + i + ": " + a[i] + " instead of " + b[i]);
        }
      }
    }
  }
}
