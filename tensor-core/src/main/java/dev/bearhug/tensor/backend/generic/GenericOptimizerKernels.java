package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.op.std.AdamWOp;
import dev.bearhug.tensor.op.std.SgdOp;

/** Naive kernels of the ops that change tensors in place; each element in double. */
final class GenericOptimizerKernels {

  private GenericOptimizerKernels() {}

  static void register(KernelTable table) {
    table.addStrided("accumulate", GenericOptimizerKernels::accumulate, GenericKernels.FLOATS);
    table.addStrided("adamw", GenericOptimizerKernels::adamW, GenericKernels.FLOATS);
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
