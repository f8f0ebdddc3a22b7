package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AdamW8bitOp;
import dev.bearhug.tensor.op.std.AdamWOp;
import dev.bearhug.tensor.op.std.DynamicCode;
import dev.bearhug.tensor.op.std.LionOp;
import dev.bearhug.tensor.op.std.SgdOp;

/** Naive kernels of the ops that change tensors in place; each element in double. */
final class GenericOptimizerKernels {

  private GenericOptimizerKernels() {}

  static void register(KernelTable table) {
    table.addStrided("accumulate", GenericOptimizerKernels::accumulate, GenericKernels.FLOATS);
    table.addStrided("adamw", GenericOptimizerKernels::adamW, GenericKernels.FLOATS);
    table.addStrided("adamw_8bit", GenericOptimizerKernels::adamW8bit, GenericKernels.FLOATS);
    table.addStrided("lion", GenericOptimizerKernels::lion, GenericKernels.FLOATS);
    table.addStrided("sgd", GenericOptimizerKernels::sgd, GenericKernels.FLOATS);
  }

  private static void accumulate(KernelCall c) {
    double alpha = c.<Double>attrs();
    Cursor target = new Cursor(c.in(0));
    Cursor source = new Cursor(c.in(1));
    for (long i = 0, n = c.in(0).numel(); i < n; i++) {
      target.set(i, target.get(i) + alpha * source.get(i));
    }
  }

  private static void adamW(KernelCall c) {
    AdamWOp.Attrs a = c.attrs();
    Cursor param = new Cursor(c.in(0));
    Cursor grad = new Cursor(c.in(1));
    Cursor m = new Cursor(c.in(2));
    Cursor v = new Cursor(c.in(3));
    Cursor vmax = c.in(4) == null ? null : new Cursor(c.in(4));
    Cursor copy = c.in(5) == null ? null : new Cursor(c.in(5));
    double rootCorrection2 = Math.sqrt(a.biasCorrection2());
    double stepSize = a.lr() / a.biasCorrection1();
    for (long i = 0, n = c.in(0).numel(); i < n; i++) {
      double g = grad.get(i) * a.gradScale();
      double p = param.get(i) * (1 - a.lr() * a.weightDecay());
      double first = a.beta1() * m.get(i) + (1 - a.beta1()) * g;
      double second = a.beta2() * v.get(i) + (1 - a.beta2()) * g * g;
      m.set(i, first);
      v.set(i, second);
      double used = second;
      if (vmax != null) {
        used = Math.max(vmax.get(i), second);
        vmax.set(i, used);
      }
      param.set(i, p - stepSize * first / (Math.sqrt(used) / rootCorrection2 + a.eps()));
      if (copy != null) {
        copy.set(i, param.get(i));
      }
    }
  }

  private static void adamW8bit(KernelCall c) {
    AdamWOp.Attrs a = c.attrs();
    Cursor param = new Cursor(c.in(0));
    Cursor grad = new Cursor(c.in(1));
    CodedBlocks m = new CodedBlocks(c.in(2), c.in(4), DynamicCode.SIGNED);
    CodedBlocks v = new CodedBlocks(c.in(3), c.in(5), DynamicCode.UNSIGNED);
    double rootCorrection2 = Math.sqrt(a.biasCorrection2());
    double stepSize = a.lr() / a.biasCorrection1();
    long n = c.in(0).numel();
    for (long start = 0; start < n; start += AdamW8bitOp.BLOCK) {
      int size = (int) Math.min(AdamW8bitOp.BLOCK, n - start);
      double[] first = m.decode(start, size);
      double[] second = v.decode(start, size);
      for (int i = 0; i < size; i++) {
        double g = grad.get(start + i) * a.gradScale();
        first[i] = a.beta1() * first[i] + (1 - a.beta1()) * g;
        second[i] = a.beta2() * second[i] + (1 - a.beta2()) * g * g;
        double p = param.get(start + i) * (1 - a.lr() * a.weightDecay());
        double root = Math.sqrt(second[i]) / rootCorrection2 + a.eps();
        param.set(start + i, p - stepSize * first[i] / root);
      }
      m.encode(start, first);
      v.encode(start, second);
    }
  }

  private static void lion(KernelCall c) {
    LionOp.Attrs a = c.attrs();
    Cursor param = new Cursor(c.in(0));
    Cursor grad = new Cursor(c.in(1));
    Cursor m = new Cursor(c.in(2));
    for (long i = 0, n = c.in(0).numel(); i < n; i++) {
      double g = grad.get(i) * a.gradScale();
      double mean = m.get(i);
      double direction = Math.signum(a.beta1() * mean + (1 - a.beta1()) * g);
      param.set(i, param.get(i) * (1 - a.lr() * a.weightDecay()) - a.lr() * direction);
      m.set(i, a.beta2() * mean + (1 - a.beta2()) * g);
    }
  }

  private static void sgd(KernelCall c) {
    SgdOp.Attrs a = c.attrs();
    Cursor param = new Cursor(c.in(0));
    Cursor grad = new Cursor(c.in(1));
    Cursor buffer = a.momentum() == 0 ? null : new Cursor(c.in(2));
    for (long i = 0, n = c.in(0).numel(); i < n; i++) {
      double g = grad.get(i) * a.gradScale() + a.weightDecay() * param.get(i);
      if (buffer != null) {
        double moved = a.first() ? g : a.momentum() * buffer.get(i) + (1 - a.dampening()) * g;
        buffer.set(i, moved);
        g = a.nesterov() ? g + a.momentum() * moved : moved;
      }
      param.set(i, param.get(i) - a.lr() * g);
    }
  }
}
