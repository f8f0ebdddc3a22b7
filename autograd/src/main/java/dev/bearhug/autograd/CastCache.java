package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Layout;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.Storage;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.std.CopyOp;

/**
 * Lowered copies of parameters for {@link Autocast}, so that weights are not converted in every
 * call.
 *
 * <p>A copy belongs to the parameter's storage: it is valid as long as {@link Storage#version}
 * stays, made again after a change, and given back with the parameter. An optimizer that writes the
 * copy itself, in the pass in which it writes the parameter, says so by {@link #markCurrent}.
 * Thread-safe, as far as nobody changes the parameter meanwhile.
 */
public final class CastCache {

  /** The copy of one storage. */
  private static final class Copy implements Storage.Derived {
    private final Tensor values;
    private final Layout layout;
    private volatile int version;

    Copy(Tensor values, Layout layout, int version) {
      this.values = values;
      this.layout = layout;
      this.version = version;
    }

    boolean isOf(Tensor t, DType low) {
      return values.dtype() == low && layout.equals(t.layout());
    }

    @Override
    public void release() {
      values.close();
    }
  }

  private CastCache() {}

  /**
   * Whether copies of a tensor are kept: it is free-standing and so lives longer than a step, and
   * nobody changes it unseen.
   */
  static boolean keeps(Tensor t) {
    return t.scope() == null && !t.storage().isShared();
  }

  /** A new handle on the lowered copy of a tensor that {@link #keeps} holds for. */
  static Tensor lowered(Tensor t, DType low) {
    Storage storage = t.storage();
    int version = storage.version();
    Copy c = storage.derived(Copy.class);
    if (c != null && c.isOf(t, low) && c.version == version) {
      return c.values.view(c.values.layout());
    }
    synchronized (storage) {
      c = storage.derived(Copy.class);
      if (c == null || !c.isOf(t, low) || c.version != version) {
        try (Scope.Detached ignored = Scope.detach();
            NoGrad alsoIgnored = NoGrad.enter()) {
          c = new Copy(Dispatcher.call(CopyOp.INSTANCE, low, t), t.layout(), version);
          storage.derive(Copy.class, c);
        }
      }
      return c.values.view(c.values.layout());
    }
  }

  /**
   * The memory of a parameter's lowered copy, whether or not it is up to date, for an optimizer to
   * write to; null if mixed precision has not used the parameter. Owned by the cache.
   */
  public static Tensor held(Tensor parameter) {
    Copy c = parameter.storage().derived(Copy.class);
    return c != null && c.layout.equals(parameter.layout()) ? c.values : null;
  }

  /** Says that the lowered copy was written together with the parameter and is valid again. */
  public static void markCurrent(Tensor parameter) {
    Copy c = parameter.storage().derived(Copy.class);
    if (c != null) {
      c.version = parameter.storage().version();
    }
  }

  /** Gives the lowered copy of a parameter back; the next use makes it again. */
  public static void release(Tensor parameter) {
    parameter.storage().derive(Copy.class, null);
  }
}
