package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes sample inputs from a seed. */
public final class Sampler {

  private final SplittableRandom random;

  /** A sampler whose values depend on the seed alone. */
  public Sampler(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Starts a sample with these attributes. */
  public <A> Builder<A> sample(A attrs) {
    return new Builder<>(attrs);
  }

  /** Starts a sample of an op without attributes. */
  public Builder<NoAttrs> sample() {
    return new Builder<>(NoAttrs.NONE);
  }

  /**
   * Collects the inputs of one sample.
   *
   * @param <A> type of the attributes
   */
  public final class Builder<A> {

    private final A attrs;
    private final List<SampleInput> inputs = new ArrayList<>();

    private Builder(A attrs) {
      this.attrs = attrs;
    }

    /** A floating input with values from {@code [-1, 1)}, gradient checked. */
    public Builder<A> uniform(long... shape) {
      return uniformIn(-1, 1, shape);
    }

    /** A floating input with values from {@code [low, high)}, gradient checked. */
    public Builder<A> uniformIn(double low, double high, long... shape) {
      return add(shape, DType.F64, true, i -> low + (high - low) * random.nextDouble());
    }

    /** A floating input whose gradient is not checked. */
    public Builder<A> constant(double low, double high, long... shape) {
      return add(shape, DType.F64, false, i -> low + (high - low) * random.nextDouble());
    }

    /** A floating input whose values are all different by at least {@code gap}, in random order. */
    public Builder<A> distinct(double gap, long... shape) {
      int n = (int) Shape.of(shape).numel();
      double[] v = new double[n];
      for (int i = 0; i < n; i++) {
        v[i] = gap * (i - n / 2.0);
      }
      for (int i = n - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        double t = v[i];
        v[i] = v[j];
        v[j] = t;
      }
      inputs.add(new SampleInput(Shape.of(shape), DType.F64, v, true));
      return this;
    }

    /** A floating input of given values, gradient checked. */
    public Builder<A> values(double[] values, long... shape) {
      inputs.add(new SampleInput(Shape.of(shape), DType.F64, values.clone(), true));
      return this;
    }

    /** A floating input of given values whose gradient is not checked. */
    public Builder<A> constants(double[] values, long... shape) {
      inputs.add(new SampleInput(Shape.of(shape), DType.F64, values.clone(), false));
      return this;
    }

    /** An index input with values from {@code [0, bound)}. */
    public Builder<A> indices(int bound, long... shape) {
      return add(shape, DType.I64, false, i -> random.nextInt(bound));
    }

    /** An index input of given values. */
    public Builder<A> indicesOf(long[] values, long... shape) {
      inputs.add(
          new SampleInput(
              Shape.of(shape), DType.I64, Arrays.stream(values).asDoubleStream().toArray(), false));
      return this;
    }

    /** An integer input whose values obey a rule, such as ascending row numbers. */
    public Builder<A> fixed(DType dtype, long... values) {
      inputs.add(
          new SampleInput(
              Shape.of(values.length),
              dtype,
              Arrays.stream(values).asDoubleStream().toArray(),
              false,
              true));
      return this;
    }

    /** A truth-value input. */
    public Builder<A> bools(long... shape) {
      return add(shape, DType.BOOL, false, i -> random.nextInt(2));
    }

    /** An input of another type, integer values from {@code [0, bound)}. */
    public Builder<A> integers(DType dtype, int bound, long... shape) {
      return add(shape, dtype, false, i -> random.nextInt(bound));
    }

    /** An optional input that is absent. */
    public Builder<A> absent() {
      inputs.add(null);
      return this;
    }

    private Builder<A> add(
        long[] dims, DType dtype, boolean grad, java.util.function.IntToDoubleFunction f) {
      Shape shape = Shape.of(dims);
      double[] v = new double[(int) shape.numel()];
      Arrays.setAll(v, f);
      inputs.add(new SampleInput(shape, dtype, v, grad));
      return this;
    }

    /** The sample. */
    public Sample<A> build() {
      return new Sample<>(attrs, new ArrayList<>(inputs));
    }

    /** A call that must fail. */
    public ErrorSample<A> fails(Class<? extends RuntimeException> error, String message) {
      return new ErrorSample<>(build(), error, message);
    }
  }
}
