package dev.bearhug.tensor.memory;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/**
 * Owns the tensors created on this thread while it is the innermost open scope, and gives their
 * memory back when it closes. Scopes nest like blocks and are confined to their thread.
 *
 * <pre>{@code
 * try (Scope step = Scope.open("train-step")) {
 *   Tensor loss = model.loss(batch);
 *   Autograd.backward(loss);
 * }   // everything made inside is released here, also when an exception passes
 * }</pre>
 */
public final class Scope implements AutoCloseable {

  private static final ThreadLocal<Scope[]> CURRENT = ThreadLocal.withInitial(() -> new Scope[1]);
  private static final StackWalker WALKER = StackWalker.getInstance();

  private final Scope[] slot;
  private final Scope parent;
  private final String name;
  private final Thread thread = Thread.currentThread();
  private Tensor[] tensors = new Tensor[16];
  private int size;
  private Resource resource;
  private boolean closed;
  private String closedAt = "the end of a layer or op";

  private final boolean remembersClosing;

  private Scope(String name, Scope[] slot, boolean remembersClosing) {
    this.name = name;
    this.remembersClosing = remembersClosing;
    this.slot = slot;
    this.parent = slot[0];
    slot[0] = this;
  }

  /**
   * Opens a scope inside the present one of this thread.
   *
   * @param name what it is for; shown in errors
   */
  public static Scope open(String name) {
    return new Scope(name, CURRENT.get(), true);
  }

  /**
   * As {@link #open}, without remembering the line it is closed at, which costs microseconds; for
   * scopes that the engine opens around layers and gradient rules.
   */
  public static Scope nested(String name) {
    return new Scope(name, CURRENT.get(), false);
  }

  /** The innermost open scope of this thread, or null. */
  public static Scope current() {
    return CURRENT.get()[0];
  }

  /**
   * Runs nothing but code outside of all scopes: tensors made until {@code close} are free-standing
   * and belong to whoever closes them. For long-lived tensors such as parameters.
   */
  public static Detached detach() {
    Scope[] slot = CURRENT.get();
    Scope before = slot[0];
    slot[0] = null;
    return () -> slot[0] = before;
  }

  /** Ends {@link #detach}. */
  public interface Detached extends AutoCloseable {
    @Override
    void close();
  }

  /** Name given at opening. */
  public String name() {
    return name;
  }

  /** Registers a new tensor; called by the engine. */
  public void add(Tensor tensor) {
    if (size == tensors.length) {
      Tensor[] more = new Tensor[2 * size];
      System.arraycopy(tensors, 0, more, 0, size);
      tensors = more;
    }
    tensors[size++] = tensor;
  }

  /** What lives and dies with a scope besides tensors: the tape. */
  public interface Resource {

    /** Gives back everything held. */
    void release();

    /**
     * Moves everything held to another scope, because a tensor that needs it was kept.
     *
     * @param parent the new owner; null if none is open, then the garbage collector is
     */
    void moveTo(Scope parent);
  }

  /** The resource of this scope, or null; for the engine. */
  public Resource resource() {
    return resource;
  }

  /** Sets the resource that is released when this scope closes; for the engine. */
  public void setResource(Resource resource) {
    this.resource = resource;
  }

  /**
   * Moves a tensor to the enclosing scope, or makes it free-standing if there is none. What its
   * gradient needs moves along.
   *
   * @return the tensor
   */
  public Tensor keep(Tensor tensor) {
    checkOpen();
    if (tensor.scope() == this) {
      tensor.moveTo(parent);
    }
    if (resource != null && tensor.gradientRecord() != null) {
      resource.moveTo(parent);
      resource = null;
    }
    return tensor;
  }

  /** Keeps all tensors of a map, see {@link #keep(Tensor)}. */
  public TensorMap keep(TensorMap map) {
    map.values().forEach(this::keep);
    return map;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "scope \"" + name + "\" is already closed (at " + closedAt + ").");
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "scope \""
              + name
              + "\" belongs to thread "
              + thread.getName()
              + " and was used on "
              + Thread.currentThread().getName()
              + ". Open one scope per thread.");
    }
  }

  /** Whether the scope was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Where the scope was closed, for the error of a released tensor. */
  public String closedAt() {
    return closedAt;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    checkOpen();
    if (slot[0] != this) {
      Scope inner = slot[0];
      throw new IllegalStateException(
          "scope \""
              + name
              + "\" is closed before the scope \""
              + (inner == null ? "none" : inner.name)
              + "\" opened inside it. Use try-with-resources.");
    }
    slot[0] = parent;
    closed = true;
    if (remembersClosing) {
      closedAt =
          WALKER.walk(
              frames ->
                  frames
                      .skip(1)
                      .findFirst()
                      .map(
                          f ->
                              f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1)
                                  + "."
                                  + f.getMethodName()
                                  + ", line "
                                  + f.getLineNumber())
                      .orElse("unknown"));
    }
    try {
      if (resource != null) {
        resource.release();
      }
    } finally {
      resource = null;
      releaseTensors();
    }
  }

  private void releaseTensors() {
    for (int i = 0; i < size; i++) {
      Tensor t = tensors[i];
      if (t.scope() == this) {
        t.close();
      }
    }
    tensors = new Tensor[0];
    size = 0;
  }
}
