package dev.bearhug.autograd;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.InputRewriter;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;

/**
 * While open, ops on this thread run in mixed precision, each by its {@link CastPolicy}
 * (Micikevicius et al., <a href="https://arxiv.org/abs/1710.03740">2018</a>): matrix products in
 * {@code BF16} with sums in single precision, losses in single precision, the rest in the type it
 * is given. Models and layers do not change.
 *
 * <p>Parameters stay in single precision and so do their gradients: the gradient of a weight is the
 * sum of a product of two lowered matrices and is never rounded to 16 bits. Lowered copies of
 * parameters are kept in {@link CastCache}. {@code BF16} has the range of single precision, so the
 * loss needs no scaling.
 *
 * <pre>{@code
 * try (Scope step = Scope.open("step")) {
 *   Tensor loss;
 *   try (Autocast ignored = Autocast.enter(DType.BF16)) {
 *     loss = model.forward(batch).get("loss");
 *   }
 *   Autograd.backward(loss);       // in the types of the forward pass, in or out of the block
 *   optimizer.step(rate);
 * }
 * }</pre>
 *
 * <p>Confined to its thread; nests. The innermost one counts, {@code enter(DType.F32)} switches
 * mixed precision off.
 */
public final class Autocast implements AutoCloseable {

  private final Thread thread = Thread.currentThread();
  private final InputRewriter before;
  private boolean closed;

  private Autocast(InputRewriter rewriter) {
    before = Dispatcher.setRewriter(rewriter);
  }

  /**
   * Starts mixed precision on this thread until the result is closed.
   *
   * @param type {@code BF16}, or {@code F32} for single precision throughout
   * @throws IllegalArgumentException for other types
   */
  public static Autocast enter(DType type) {
    return new Autocast(
        switch (type) {
          case BF16 -> new Casts(type);
          case F32 -> null;
          default ->
              throw new IllegalArgumentException(
                  "autocast: the type must be BF16 or F32, got "
                      + type
                      + ". F16 would need its loss scaled against underflow; use BF16.");
        });
  }

  /** Continues with what another call of this thread ran under. */
  static Autocast resume(InputRewriter rewriter) {
    return new Autocast(rewriter);
  }

  /** The type matrix products run in on this thread, {@code F32} outside of mixed precision. */
  public static DType type() {
    return Dispatcher.rewriter() instanceof Casts c ? c.low() : DType.F32;
  }

  @Override
  public void close() {
    if (thread != Thread.currentThread()) {
      throw new IllegalStateException(
          "autocast: closed on thread \""
              + Thread.currentThread().getName()
              + "\" but entered on \""
              + thread.getName()
              + "\". Use try-with-resources around the forward pass.");
    }
    if (!closed) {
      closed = true;
      Dispatcher.setRewriter(before);
    }
  }

  /**
   * Casts by the policy of each op.
   *
   * @param low type of matrix products
   */
  private record Casts(DType low) implements InputRewriter {

    @Override
    public Tensor[] rewrite(Op<?> op, Tensor[] inputs) {
      OpSpec spec = op.spec();
      CastPolicy policy = spec.castPolicy();
      if (policy == CastPolicy.KEEP || policy == CastPolicy.F32_INTERNAL) {
        return inputs;
      }
      DType target = target(policy, spec, inputs);
      Tensor[] result = inputs;
      for (int i = 0; i < inputs.length; i++) {
        if (takesPart(spec, inputs, i) && target != null && inputs[i].dtype() != target) {
          result = result == inputs ? inputs.clone() : result;
          result[i] = cast(inputs[i], target);
        }
      }
      return result;
    }

    private static boolean takesPart(OpSpec spec, Tensor[] inputs, int i) {
      return inputs[i] != null && inputs[i].dtype().isFloating() && spec.casts(i);
    }

    /** The type for all inputs that take part; the widest if one is in double precision. */
    private DType target(CastPolicy policy, OpSpec spec, Tensor[] inputs) {
      DType widest = null;
      for (int i = 0; i < inputs.length; i++) {
        if (takesPart(spec, inputs, i)) {
          DType t = inputs[i].dtype();
          widest = widest == null ? t : DType.promote(widest, t);
        }
      }
      if (widest == DType.F64 || widest == null) {
        return widest;
      }
      return switch (policy) {
        case LOW -> low;
        case F32 -> DType.F32;
        default -> widest;
      };
    }

    private Tensor cast(Tensor t, DType target) {
      if (target == low && t.dtype() == DType.F32 && CastCache.keeps(t)) {
        return CastCache.lowered(t, target);
      }
      Dispatcher.suspend();
      try {
        return t.to(target);
      } finally {
        Dispatcher.resume();
      }
    }
  }
}
