package dev.bearhug.nn;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.error.TensorException;
import dev.bearhug.tensor.memory.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A piece of a model with parameters and sub-layers. The name given to {@link #child} is the piece
 * of the Hugging Face key, so parameter paths equal checkpoint keys.
 *
 * <p>Forward methods of subclasses wrap their body in {@link #call}, which releases temporaries and
 * adds the layer's path to errors.
 */
public abstract class Layer implements AutoCloseable {

  private final String path;
  private final Map<String, Layer> children = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, StateBuffer> buffers = new LinkedHashMap<>();
  private String name = "";
  private boolean training;

  /**
   * A layer whose parameters come from a source.
   *
   * @param params source at this layer's path
   */
  protected Layer(Params params) {
    this.path = params.path();
  }

  /**
   * Registers a sub-layer.
   *
   * @param name its piece of the path, may contain dots
   * @param layer built from {@code params.sub(name)}
   * @throws IllegalStateException if the layer was built at another path
   */
  protected final <L extends Layer> L child(String name, L layer) {
    String expected = Params.join(path, name);
    Layer child = layer;
    if (!child.path.equals(expected)) {
      throw new IllegalStateException(
          "layer "
              + expected
              + ": was built with parameters of \""
              + child.path
              + "\". Pass params.sub(\""
              + name
              + "\") to its constructor.");
    }
    child.name = name;
    if (children.put(name, child) != null) {
      throw new IllegalStateException("layer " + expected + ": the name is used twice.");
    }
    return layer;
  }

  /** Registers a parameter of this layer under the last piece of its path. */
  protected final Parameter own(Parameter parameter) {
    if (parameters.put(local(parameter), parameter) != null) {
      throw new IllegalStateException(
          "parameter " + parameter.path() + ": the name is used twice.");
    }
    return parameter;
  }

  /** Registers a buffer of this layer under the last piece of its path. */
  protected final StateBuffer own(StateBuffer buffer) {
    if (buffers.put(local(buffer), buffer) != null) {
      throw new IllegalStateException("buffer " + buffer.path() + ": the name is used twice.");
    }
    return buffer;
  }

  private String local(StateTensor t) {
    String p = t.path();
    return path.isEmpty() ? p : p.startsWith(path + ".") ? p.substring(path.length() + 1) : p;
  }

  /** Full path in the model, empty for the model itself. */
  public final String path() {
    return path;
  }

  /** The sub-layers by name, in order of registration. */
  public final Map<String, Layer> children() {
    return Collections.unmodifiableMap(children);
  }

  /** All parameters, this layer's first, in order of registration; a shared one appears once. */
  public final List<Parameter> parameters() {
    Map<Parameter, Boolean> all = new IdentityHashMap<>();
    List<Parameter> ordered = new ArrayList<>();
    collect(all, ordered);
    return ordered;
  }

  private void collect(Map<Parameter, Boolean> seen, List<Parameter> ordered) {
    for (Parameter p : parameters.values()) {
      if (seen.put(p, true) == null) {
        ordered.add(p);
      }
    }
    for (Layer c : children.values()) {
      c.collect(seen, ordered);
    }
  }

  /** All buffers, this layer's first, in order of registration. */
  public final List<StateBuffer> buffers() {
    List<StateBuffer> all = new ArrayList<>(buffers.values());
    children.values().forEach(c -> all.addAll(c.buffers()));
    return all;
  }

  /** What is saved: all parameters, then all buffers. */
  public final List<StateTensor> state() {
    List<StateTensor> all = new ArrayList<>(parameters());
    all.addAll(buffers());
    return all;
  }

  /** Whether dropout is active. */
  public final boolean isTraining() {
    return training;
  }

  /** Switches dropout on or off, here and below. */
  public final void setTraining(boolean train) {
    training = train;
    children.values().forEach(c -> c.setTraining(train));
  }

  /** Runs the body in a scope of its own and keeps the result. */
  protected final Tensor call(Supplier<Tensor> body) {
    try (Scope scope = Scope.nested(name)) {
      return scope.keep(body.get());
    } catch (TensorException e) {
      e.enclose(name);
      throw e;
    }
  }

  /** Runs the body in a scope of its own and keeps the results. */
  protected final TensorMap callMap(Supplier<TensorMap> body) {
    try (Scope scope = Scope.nested(name)) {
      return scope.keep(body.get());
    } catch (TensorException e) {
      e.enclose(name);
      throw e;
    }
  }

  /** Gives the memory of all parameters and buffers back. */
  @Override
  public void close() {
    parameters().forEach(Parameter::close);
    buffers().forEach(StateBuffer::close);
  }
}
