package dev.bearhug.tensor.op;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.AllocationSite;
import java.util.List;
import java.util.stream.Stream;

/**
 * One operator: everything about it except its kernels, which are found by its name.
 *
 * <p>A subclass gives {@link #infer} and at least one of: kernels on every backend, or {@link
 * #compose}. For gradients it overrides {@link #vjp}, or leaves them to {@code compose}, or
 * declares {@link OpSpec#notDifferentiable}. Instances are stateless singletons.
 *
 * @param <A> type of the attributes, usually a record; {@link NoAttrs} if there are none
 */
public abstract class Op<A> {

  /** How an op's gradient is obtained. */
  public enum GradientKind {
    /** The op's own rule. */
    OWN,
    /** By differentiating {@link Op#compose}. */
    COMPOSED,
    /** There is none; see {@link OpSpec#notDifferentiable()}. */
    NONE
  }

  private final OpSpec spec;
  private final AllocationSite site;
  private final boolean composed;
  private final GradientKind gradientKind;
  private final boolean recomputable;

  /** Checks that the declaration is complete. */
  protected Op(OpSpec spec) {
    this.spec = spec;
    this.site = AllocationSite.named(spec.name());
    this.composed = overrides("compose", Tensor[].class, Object.class);
    boolean own = overrides("vjp", Vjp.class, Object.class);
    if (own && spec.notDifferentiable() != null) {
      throw new IllegalStateException(
          "op " + spec.name() + ": has a gradient rule and is declared not differentiable.");
    }
    if (!own && !composed && spec.notDifferentiable() == null) {
      throw new IllegalStateException(
          "op "
              + spec.name()
              + ": needs vjp, compose or notDifferentiable(reason); a gradient that is"
              + " silently missing would freeze every parameter below.");
    }
    this.recomputable = overrides("recompute", Vjp.class, Object.class);
    this.gradientKind =
        own
            ? GradientKind.OWN
            : spec.notDifferentiable() != null ? GradientKind.NONE : GradientKind.COMPOSED;
  }

  private boolean overrides(String method, Class<?>... parameters) {
    for (Class<?> c = getClass(); c != Op.class; c = c.getSuperclass()) {
      try {
        c.getDeclaredMethod(method, parameters);
        return true;
      } catch (NoSuchMethodException e) {
        // Look in the superclass.
      }
    }
    return false;
  }

  /** Names and properties. */
  public final OpSpec spec() {
    return spec;
  }

  /** Name, unique in the registry. */
  public final String name() {
    return spec.name();
  }

  /** Statistics of the memory of this op's outputs. */
  public final AllocationSite site() {
    return site;
  }

  /** Whether {@link #compose} defines the op by others. */
  public final boolean isComposed() {
    return composed;
  }

  /** How the gradient is obtained. */
  public final GradientKind gradientKind() {
    return gradientKind;
  }

  /**
   * Checks the inputs and states shape and type of each output, in the order of the declaration.
   */
  public abstract void infer(Inference inference, A attrs);

  /**
   * The op written with other ops: documentation, oracle of the tests, and what runs where a kernel
   * is missing.
   *
   * @param in the inputs; absent optional ones are null
   * @return all outputs in the order of the declaration
   */
  public Tensor[] compose(Tensor[] in, A attrs) {
    throw new UnsupportedOperationException(name() + " is not defined by other ops");
  }

  /**
   * The vector-Jacobian product: from the gradients of the outputs to those of the inputs.
   *
   * @return one gradient per input, null where {@link Vjp#needs} is false or none exists; shapes
   *     may still be broadcast, the engine reduces them
   */
  public Tensor[] vjp(Vjp v, A attrs) {
    throw new UnsupportedOperationException(name() + " has no gradient rule");
  }

  /**
   * Output 0 once more, from what the gradient rule saves; for ops whose output takes far more
   * memory than it takes time, so that a training step may forget it until the backward pass.
   *
   * @param saved access to the saved inputs and outputs; there is no gradient
   */
  public Tensor recompute(Vjp saved, A attrs) {
    throw new UnsupportedOperationException(name() + " cannot be recomputed from what it saves");
  }

  /** Whether {@link #recompute} gives output 0. */
  public final boolean isRecomputable() {
    return recomputable;
  }

  /** Inputs the generic tests run on; at least one. */
  public abstract Stream<Sample<A>> samples(Sampler sampler);

  /** Calls that must fail, with the exact message. */
  public List<ErrorSample<A>> errorSamples(Sampler sampler) {
    return List.of();
  }

  @Override
  public final String toString() {
    return spec.toString();
  }
}
