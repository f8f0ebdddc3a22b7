package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.Philox;
import dev.bearhug.tensor.op.std.DropoutOp;

/** Naive kernels of the ops that draw random numbers. */
final class GenericRandomKernels {

  private GenericRandomKernels() {}

  static void register(KernelTable table) {
    table.addStrided("dropout", GenericRandomKernels::dropout, GenericKernels.FLOATS);
  }

  private static void dropout(KernelCall c) {
    DropoutOp.Attrs a = c.attrs();
    Cursor x = new Cursor(c.in(0));
    Cursor y = new Cursor(c.out(0));
    float p = (float) a.p();
    double scale = 1 / (1 - a.p());
    int[] words = new int[Philox.WORDS_PER_BLOCK];
    for (long i = 0, n = c.out(0).numel(); i < n; i++) {
      int word = (int) (i % words.length);
      if (word == 0) {
        Philox.block(a.seed(), a.stream(), i / words.length, words);
      }
      y.set(i, Philox.uniform(words[word]) >= p ? x.get(i) * scale : 0);
    }
  }
}
