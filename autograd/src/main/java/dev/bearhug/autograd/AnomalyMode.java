package dev.bearhug.autograd;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.NonFiniteException;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ExecutionHook;
import dev.bearhug.tensor.op.Op;

/**
 * While open, every result and every gradient of this thread is checked: the first op that makes a
 * value that is not a number or infinite out of finite ones is reported with the place of its call.
 * Slow.
 */
public final class AnomalyMode implements AutoCloseable {

  private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

  private final ExecutionHook hook = AnomalyMode::checkResult;
  private boolean closed;

  private AnomalyMode() {
    DEPTH.get()[0]++;
    Dispatcher.addHook(hook);
  }

  /** Switches the checks on for this thread until the result is closed. */
  public static AnomalyMode enter() {
    return new AnomalyMode();
  }

  /** Whether the checks are on for this thread. */
  static boolean isOn() {
    return DEPTH.get()[0] > 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      DEPTH.get()[0]--;
      Dispatcher.removeHook(hook);
    }
  }

  private static void checkResult(
      Op<?> op, Object attrs, Tensor[] inputs, Tensor[] outputs, long nanos) {
    for (Tensor out : outputs) {
      String bad = nonFinite(out);
      if (bad == null) {
        continue;
      }
      for (int i = 0; i < inputs.length; i++) {
        String cause = inputs[i] == null ? null : nonFinite(inputs[i]);
        if (cause != null) {
          throw new NonFiniteException(
              op.name(),
              "input " + i + " " + inputs[i].describe() + " already holds " + cause + ".");
        }
      }
      throw new NonFiniteException(
          op.name(),
          "made "
              + bad
              + " in "
              + out.describe()
              + " out of finite inputs. A learning rate that is"
              + " too high, a division by zero or the logarithm of zero are the usual causes.");
    }
  }

  static void checkGradient(Node node, Tensor gradient) {
    String bad = nonFinite(gradient);
    if (bad != null) {
      NonFiniteException e =
          new NonFiniteException(
              node.op, "the gradient of its result " + gradient.describe() + " holds " + bad + ".");
      if (node.origin != null) {
        e.initCause(node.origin);
      }
      throw e;
    }
  }

  /** Description of the first value that is not finite, or null. */
  private static String nonFinite(Tensor t) {
    if (!t.dtype().isFloating()) {
      return null;
    }
    double[] values = t.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        return values[i] + " at element " + i;
      }
    }
    return null;
  }
}
