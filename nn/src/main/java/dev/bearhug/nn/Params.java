package dev.bearhug.nn;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where layers get their parameters from, at one path of the model: random values, or a checkpoint
 * with random values for what it lacks. The same constructors serve training from scratch and
 * loading.
 */
public final class Params {

  /** State shared by all paths of one model. */
  private static final class Source {
    private final WeightSource weights;
    private final RandomSource random;
    private final Device device;
    private final Map<String, Parameter> made = new LinkedHashMap<>();

    Source(WeightSource weights, RandomSource random, Device device) {
      this.weights = weights;
      this.random = random;
      this.device = device;
    }
  }

  private final Source source;
  private final String path;

  private Params(Source source, String path) {
    this.source = source;
    this.path = path;
  }

  /** Random values only; the same seed gives the same model. */
  public static Params random(long seed, Device device) {
    return new Params(new Source(WeightSource.none(), new RandomSource(seed), device), "");
  }

  /**
   * Values of a checkpoint; parameters it lacks are initialised at random and reported.
   *
   * @param weights the checkpoint
   * @param seed for what is missing
   */
  public static Params from(WeightSource weights, long seed, Device device) {
    return new Params(new Source(weights, new RandomSource(seed), device), "");
  }

  /** Joins two pieces of a path. */
  static String join(String path, String name) {
    return path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name;
  }

  /** The source one level down. */
  public Params sub(String name) {
    return new Params(source, join(path, name));
  }

  /** The path of this level. */
  public String path() {
    return path;
  }

  /** Device the parameters are created on. */
  public Device device() {
    return source.device;
  }

  /**
   * The parameter of this name.
   *
   * @param name last piece of its path
   * @param shape its shape; another shape in the checkpoint is reported as a mismatch
   * @param init first values if the checkpoint lacks it
   */
  public Parameter get(String name, Shape shape, Initializer init) {
    String full = join(path, name);
    Parameter known = source.made.get(full);
    if (known != null) {
      throw new IllegalStateException("parameter " + full + ": asked for twice; share the object.");
    }
    Tensor value;
    try (Scope.Detached ignored = Scope.detach()) {
      Tensor host = source.weights.find(full, shape);
      if (host == null) {
        host = init.create(shape, source.random);
      }
      value = host.to(source.device);
      if (value != host) {
        host.close();
      }
    }
    Parameter p = new Parameter(full, value);
    source.made.put(full, p);
    return p;
  }
}
