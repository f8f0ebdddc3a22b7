package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.generic.Cursor;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.op.std.PackedOffsets;

/** Blocked attention over padded batches and packed sequences, with sums in single precision. */
final class AttentionBindings {

  private final CpuResources cpu;

  private AttentionBindings(CpuResources cpu) {
    this.cpu = cpu;
  }

  /** Adds the kernels to a table. */
  static void register(KernelTable table, CpuResources cpu) {
    AttentionBindings b = new AttentionBindings(cpu);
    DType[] types = {DType.F32, DType.BF16};
    table.addStrided("attention", b::attention, types);
    table.addStrided("attention_grad", b::attentionGrad, types);
    table.addStrided("attention_packed", b::packed, types);
    table.addStrided("attention_packed_grad", b::packedGrad, types);
  }

  private void attention(KernelCall c) {
    try (AttentionCall call =
        AttentionCall.ofBatch(cpu, c.attrs(), c.in(0), c.in(1), c.in(2), c.in(3))) {
      new AttentionForward(
              call,
              batch(call, c.in(0)),
              batch(call, c.in(1)),
              batch(call, c.in(2)),
              batch(call, c.out(0)),
              numbers(c.out(1)),
              numbers(c.out(2)))
          .run();
    }
  }

  private void attentionGrad(KernelCall c) {
    try (AttentionCall call =
            AttentionCall.ofBatch(cpu, c.attrs(), c.in(1), c.in(2), c.in(3), c.in(7));
        Scratch max = numbersOf(c.in(5));
        Scratch sum = numbersOf(c.in(6))) {
      long heads = c.in(1).dim(1);
      long rows = c.in(1).dim(2);
      new AttentionBackward(
              call,
              new AttentionBackward.Inputs(
                  batch(call, c.in(0)),
                  batch(call, c.in(1)),
                  batch(call, c.in(2)),
                  batch(call, c.in(3)),
                  batch(call, c.in(4)),
                  HeadRows.numbersOfBatch(max.address(), c.in(1).dim(0), heads, rows),
                  HeadRows.numbersOfBatch(sum.address(), c.in(1).dim(0), heads, rows)),
              batch(call, c.out(0)),
              batch(call, c.out(1)),
              batch(call, c.out(2)))
          .run();
    }
  }

  private static HeadRows batch(AttentionCall call, Tensor x) {
    return HeadRows.ofBatch(x.dtype(), call.dense(x));
  }

  private static HeadRows numbers(Tensor x) {
    return HeadRows.numbersOfBatch(x.address(), x.dim(0), x.dim(1), x.dim(2));
  }

  /** Numbers in single precision and row-major order. */
  private static Scratch numbersOf(Tensor x) {
    Scratch numbers = new Scratch(4 * x.numel());
    Cursor from = new Cursor(x);
    for (long i = 0; i < x.numel(); i++) {
      NativeMemory.putFloat(numbers.address() + 4 * i, (float) from.get(i));
    }
    return numbers;
  }

  private void packed(KernelCall c) {
    long[] offsets = PackedOffsets.ofQueries(c.in(0), c.in(3));
    long[] keys = PackedOffsets.ofKeys(c.in(1), c.in(3), c.in(4));
    try (AttentionCall call =
        AttentionCall.ofPacked(cpu, c.attrs(), c.in(0), c.in(1), c.in(2), offsets, keys)) {
      new AttentionForward(
              call,
              packed(call, c.in(0), offsets),
              packed(call, c.in(1), keys),
              packed(call, c.in(2), keys),
              packed(call, c.out(0), offsets),
              HeadRows.numbersOfPacked(c.out(1).address(), offsets),
              HeadRows.numbersOfPacked(c.out(2).address(), offsets))
          .run();
    }
  }

  private void packedGrad(KernelCall c) {
    long[] offsets = PackedOffsets.ofQueries(c.in(1), c.in(7));
    long[] keys = PackedOffsets.ofKeys(c.in(2), c.in(7), c.in(8));
    try (AttentionCall call =
            AttentionCall.ofPacked(cpu, c.attrs(), c.in(1), c.in(2), c.in(3), offsets, keys);
        Scratch max = numbersOf(c.in(5));
        Scratch sum = numbersOf(c.in(6))) {
      new AttentionBackward(
              call,
              new AttentionBackward.Inputs(
                  packed(call, c.in(0), offsets),
                  packed(call, c.in(1), offsets),
                  packed(call, c.in(2), keys),
                  packed(call, c.in(3), keys),
                  packed(call, c.in(4), offsets),
                  HeadRows.numbersOfPacked(max.address(), offsets),
                  HeadRows.numbersOfPacked(sum.address(), offsets)),
              packed(call, c.out(0), offsets),
              packed(call, c.out(1), keys),
              packed(call, c.out(2), keys))
          .run();
    }
  }

  private static HeadRows packed(AttentionCall call, Tensor x, long[] offsets) {
    return HeadRows.ofPacked(x.dtype(), call.dense(x), offsets);
  }
}
