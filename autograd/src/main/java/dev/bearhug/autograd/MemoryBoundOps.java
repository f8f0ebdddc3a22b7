package dev.bearhug.autograd;

/**
 * While open, recorded calls on this thread do not keep inputs that an op cheaper than their memory
 * made (activation functions, normalisation: {@link dev.bearhug.tensor.op.Op#recompute}); the
 * backward pass makes them once more. Nests.
 *
 * <p>An encoder block keeps about a third less, for a few per cent of time. The values are the
 * same, except that a normalisation over a sum that was rounded to 16 bits starts from the rounded
 * sum.
 *
 * <pre>{@code
 * try (MemoryBoundOps ignored = MemoryBoundOps.recompute()) {
 *   loss = model.forward(batch).get("loss");
 * }
 * Autograd.backward(loss);
 * }</pre>
 */
public final class MemoryBoundOps implements AutoCloseable {

  private static final ThreadLocal<int[]> OPEN = ThreadLocal.withInitial(() -> new int[1]);

  private boolean closed;

  private MemoryBoundOps() {
    OPEN.get()[0]++;
  }

  /** Starts leaving such tensors out on this thread until the result is closed. */
  public static MemoryBoundOps recompute() {
    return new MemoryBoundOps();
  }

  /** Whether the calls of this thread are recorded without them. */
  static boolean areRecomputed() {
    return OPEN.get()[0] > 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      OPEN.get()[0]--;
    }
  }
}
