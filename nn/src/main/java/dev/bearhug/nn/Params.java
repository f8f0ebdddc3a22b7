package dev.bearhug.nn;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Where layers get their parameters from, at one path of the model: random values, or a checkpoint
 * with random values for what it lacks. The same constructors serve training from scratch and
 * loading.
 */
public final class Params {

  /** State shared by all paths of one model. */
  private static final class Source {
    private final WeightSource weights;
    private final long seed;
    private final Device device;
    private final Set<String> made = new HashSet<>();

    Source(WeightSource weights, long seed, Device device) {
      this.weights = weights;
      this.seed = seed;
      this.device = device;
    }
  }

  private final Source source;
  private final String path;

  private Params(Source source, String path) {
    this.source = source;
    this.path = path;
  }

  /** Random values only; seed and path alone decide the values of a parameter. */
  public static Params random(long seed, Device device) {
    return new Params(new Source(WeightSource.none(), seed, device), "");
  }

  /**
   * Values of a checkpoint; parameters it lacks are initialised at random and reported.
   *
   * @param weights the checkpoint
   * @param seed for what is missing
   */
  public static Params from(WeightSource weights, long seed, Device device) {
    return new Params(new Source(weights, seed, device), "");
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
    String full = claim(name);
    return new Parameter(full, value(full, shape, init, DType.F32));
  }

  /**
   * The buffer of this name.
   *
   * @param name last piece of its path
   * @param shape its shape; another shape in the checkpoint is reported as a mismatch
   * @param first its elements if the checkpoint lacks it
   * @param dtype its element type
   */
  public StateBuffer buffer(String name, Shape shape, double first, DType dtype) {
    String full = claim(name);
    return new StateBuffer(full, value(full, shape, Initializer.constant(first), dtype));
  }

  private String claim(String name) {
    String full = join(path, name);
    if (!source.made.add(full)) {
      throw new IllegalStateException("parameter " + full + ": asked for twice; share the object.");
    }
    return full;
  }

  private Tensor value(String full, Shape shape, Initializer init, DType dtype) {
    try (Scope.Detached ignored = Scope.detach()) {
      Tensor value = source.weights.find(full, shape);
      if (value == null) {
        value = init.create(shape, new RandomSource(seed(source.seed, full)));
      }
      Tensor typed = replaced(value, value.to(dtype));
      return replaced(typed, typed.to(source.device));
    }
  }

  /** The new value; the old one is closed if it is another. */
  private static Tensor replaced(Tensor old, Tensor fresh) {
    if (old != fresh) {
      old.close();
    }
    return fresh;
  }

  /** Mixes a seed with a path (FNV-1a, then the finisher of SplitMix64). */
  private static long seed(long seed, String path) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    long z = hash + seed * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
