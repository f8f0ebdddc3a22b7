package dev.bearhug.nn;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/**
 * First values of a parameter. {@link Params} gives each parameter random numbers of its own, made
 * from the seed and the parameter's path, so that its values do not depend on what else the model
 * has.
 *
 * <p>The fans of a shape {@code [out, in, ...]} are the numbers of inputs of an output and of
 * outputs of an input: {@code in} and {@code out}, each times the sizes of the further axes.
 */
@FunctionalInterface
public interface Initializer {

  /** Gain of layers without a non-linearity after them, or a sigmoid. */
  double LINEAR_GAIN = 1;

  /** Gain for {@code tanh}. */
  double TANH_GAIN = 5.0 / 3;

  /** Gain for {@code relu}: half of the variance is cut away. */
  double RELU_GAIN = Math.sqrt(2);

  /** Gain for {@code selu}. */
  double SELU_GAIN = 0.75;

  /** Which fan keeps its variance. */
  enum FanMode {
    /** The number of inputs: variances stay the same forward. */
    IN,
    /** The number of outputs: variances of gradients stay the same backward. */
    OUT
  }

  /** Makes the values in single precision on the CPU. */
  Tensor create(Shape shape, RandomSource random);

  /** All zero. */
  static Initializer zeros() {
    return constant(0);
  }

  /** All one. */
  static Initializer ones() {
    return constant(1);
  }

  /** One value everywhere. */
  static Initializer constant(double value) {
    return (shape, random) -> Tensor.full(shape, value, DType.F32, Device.CPU);
  }

  /** Uniform distribution over {@code [-bound, bound)}. */
  static Initializer uniform(double bound) {
    return uniform(-bound, bound);
  }

  /** Uniform distribution over {@code [low, high)}. */
  static Initializer uniform(double low, double high) {
    return (shape, random) -> RandomTensors.uniform(shape, low, high, random);
  }

  /** Normal distribution with mean 0. */
  static Initializer normal(double std) {
    return normal(0, std);
  }

  /** Normal distribution. */
  static Initializer normal(double mean, double std) {
    return (shape, random) -> RandomTensors.normal(shape, mean, std, random);
  }

  /** Normal distribution with mean 0, drawn again where it is more than {@code 2 std} off. */
  static Initializer truncatedNormal(double std) {
    return truncatedNormal(0, std);
  }

  /**
   * Normal distribution, drawn again where it is more than {@code 2 std} off its mean; {@code std}
   * is the deviation before truncation.
   */
  static Initializer truncatedNormal(double mean, double std) {
    return (shape, random) -> RandomTensors.truncatedNormal(shape, mean, std, random);
  }

  /**
   * Uniform with variance {@code 2 gain^2 / (fan in + fan out)} (Glorot and Bengio, <a
   * href="https://proceedings.mlr.press/v9/glorot10a.html">Understanding the difficulty of training
   * deep feedforward neural networks</a>, 2010); needs two axes or more.
   */
  static Initializer xavierUniform(double gain) {
    return (shape, random) -> {
      double std = gain * Fans.of("xavierUniform", shape).xavierDeviation();
      return RandomTensors.uniform(shape, -Math.sqrt(3) * std, Math.sqrt(3) * std, random);
    };
  }

  /** Normal with the variance of {@link #xavierUniform}. */
  static Initializer xavierNormal(double gain) {
    return (shape, random) ->
        RandomTensors.normal(
            shape, 0, gain * Fans.of("xavierNormal", shape).xavierDeviation(), random);
  }

  /**
   * Uniform with variance {@code gain^2 / fan} (He et al., <a
   * href="https://arxiv.org/abs/1502.01852">Delving deep into rectifiers</a>, 2015); needs two axes
   * or more.
   *
   * @param mode which fan
   * @param gain such as {@link #RELU_GAIN}
   */
  static Initializer kaimingUniform(FanMode mode, double gain) {
    return (shape, random) -> {
      double std = gain / Math.sqrt(Fans.of("kaimingUniform", shape).of(mode));
      return RandomTensors.uniform(shape, -Math.sqrt(3) * std, Math.sqrt(3) * std, random);
    };
  }

  /**
   * Normal with the variance of {@link #kaimingUniform}.
   *
   * @param mode which fan
   * @param gain such as {@link #RELU_GAIN}
   */
  static Initializer kaimingNormal(FanMode mode, double gain) {
    return (shape, random) ->
        RandomTensors.normal(
            shape, 0, gain / Math.sqrt(Fans.of("kaimingNormal", shape).of(mode)), random);
  }

  /**
   * A random orthogonal matrix times a gain (Saxe et al., <a
   * href="https://arxiv.org/abs/1312.6120">Exact solutions to the nonlinear dynamics of learning in
   * deep linear neural networks</a>, 2014): the first axis is the rows, all others the columns;
   * whichever are fewer are orthonormal. Needs two axes or more.
   */
  static Initializer orthogonal(double gain) {
    return (shape, random) -> Orthogonal.create(shape, gain, random);
  }

  /** The gain for {@code leaky_relu} with a slope below zero: {@code sqrt(2 / (1 + slope^2))}. */
  static double leakyReluGain(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }
}
