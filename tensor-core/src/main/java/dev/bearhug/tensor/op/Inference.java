package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import java.util.Arrays;
import java.util.function.Supplier;

/** Shape and type rule of one call: reads the inputs, collects the outputs, throws on misfit. */
public final class Inference {

  private final Op<?> op;
  private final Tensor[] inputs;
  private final Shape[] shapes;
  private final DType[] dtypes;
  private int outputs;

  Inference(Op<?> op, Tensor[] inputs) {
    this.op = op;
    this.inputs = inputs;
    int n = op.spec().outputs().size();
    this.shapes = new Shape[n];
    this.dtypes = new DType[n];
  }

  /** Name of the op. */
  public String name() {
    return op.name();
  }

  /** Number of inputs given. */
  public int inputs() {
    return inputs.length;
  }

  /** Whether an optional input is there. */
  public boolean has(String input) {
    return inputs[op.spec().inputIndex(input)] != null;
  }

  /** Shape of an input by position. */
  public Shape shape(int input) {
    return inputs[input].shape();
  }

  /** Shape of an input by name. */
  public Shape shape(String input) {
    return inputs[op.spec().inputIndex(input)].shape();
  }

  /** Element type of an input by position. */
  public DType dtype(int input) {
    return inputs[input].dtype();
  }

  /** Element type of an input by name. */
  public DType dtype(String input) {
    return inputs[op.spec().inputIndex(input)].dtype();
  }

  /** States the next output. */
  public void output(Shape shape, DType dtype) {
    shapes[outputs] = shape;
    dtypes[outputs++] = dtype;
  }

  /** Throws a {@link ShapeException} of this op unless the condition holds. */
  public void require(boolean condition, Supplier<String> problem) {
    if (!condition) {
      throw new ShapeException(op.name(), problem.get());
    }
  }

  /** Requires a shape of an input. */
  public void requireShape(String input, Shape wanted, String why) {
    Shape have = shape(input);
    if (!have.equals(wanted)) {
      throw new ShapeException(
          op.name(), input + " is " + have + " but must be " + wanted + ": " + why + ".");
    }
  }

  /** Requires at least {@code rank} axes of an input. */
  public void requireRank(String input, int rank) {
    Shape have = shape(input);
    if (have.rank() < rank) {
      throw new ShapeException(
          op.name(),
          input + " " + have + " has " + have.rank() + " axes, at least " + rank + " are needed.");
    }
  }

  /** Requires an axis of a shape, counted from 0. */
  public void requireAxis(int axis, Shape of) {
    if (axis < 0 || axis >= of.rank()) {
      throw new ShapeException(
          op.name(),
          "axis " + axis + " is outside [0, " + of.rank() + "), the axes of " + of + ".");
    }
  }

  /** The sum of sizes that are not negative; throws if it exceeds what a size can be. */
  public long sum(long a, long b) {
    if (a + b < 0) {
      throw new ShapeException(op.name(), "a size of " + a + " + " + b + " exceeds 2^63 - 1.");
    }
    return a + b;
  }

  /** The product of sizes that are not negative; throws if it exceeds what a size can be. */
  public long product(long a, long b) {
    if (Math.multiplyHigh(a, b) != 0 || a * b < 0) {
      throw new ShapeException(op.name(), "a size of " + a + " * " + b + " exceeds 2^63 - 1.");
    }
    return a * b;
  }

  /** Requires an option to be a finite number that is not negative. */
  public void requireNotNegative(String option, double value) {
    if (!(value >= 0 && value <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          op.name() + ": " + option + " is " + value + " but must be finite and not negative.");
    }
  }

  /** Requires an input to be of floating-point type. */
  public void requireFloating(String input) {
    DType have = dtype(input);
    if (!have.isFloating()) {
      throw new DTypeException(
          op.name(),
          input + " is " + have + " but must be of a floating type. Convert it with to(F32).");
    }
  }

  /** Requires one of several types for an input. */
  public void requireDType(String input, DType... wanted) {
    DType have = dtype(input);
    for (DType w : wanted) {
      if (w == have) {
        return;
      }
    }
    throw new DTypeException(
        op.name(),
        input
            + " is "
            + have
            + " but must be one of "
            + Arrays.toString(wanted)
            + ". Convert it with to(...).");
  }

  /** Requires an input that is changed in place to be row-major. */
  public void requireRowMajor(String input) {
    Tensor t = inputs[op.spec().inputIndex(input)];
    if (!t.layout().isContiguous()) {
      throw new ShapeException(
          op.name(),
          input + " is changed in place and must be row-major, this is " + t.layout() + ".");
    }
  }

  /** Requires the same type for two inputs. */
  public void requireSameDType(String a, String b) {
    if (dtype(a) != dtype(b)) {
      throw new DTypeException(
          op.name(),
          a
              + " is "
              + dtype(a)
              + " and "
              + b
              + " is "
              + dtype(b)
              + " but both must have the same type. Convert one with to(...).");
    }
  }

  int outputCount() {
    return outputs;
  }

  Shape outputShape(int i) {
    return shapes[i];
  }

  DType outputDType(int i) {
    return dtypes[i];
  }
}
