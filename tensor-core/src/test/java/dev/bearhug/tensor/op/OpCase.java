package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One sample call of an op, which can be made on any backend, in any floating type and memory form.
 *
 * @param op the op
 * @param number number of the sample among those of the op
 * @param attrs its attributes
 * @param inputs its inputs, null where absent
 */
public record OpCase(Op<?> op, int number, Object attrs, List<SampleInput> inputs) {

  /** Result of a call or gradient: values and types by position, null where there is none. */
  public record Result(List<Shape> shapes, List<DType> dtypes, List<double[]> values) {

    static Result of(Tensor[] tensors) {
      return new Result(
          Arrays.stream(tensors).map(t -> t == null ? null : t.shape()).toList(),
          Arrays.stream(tensors).map(t -> t == null ? null : t.dtype()).toList(),
          Arrays.stream(tensors).map(t -> t == null ? null : t.toDoubleArray()).toList());
    }
  }

  /** Runs the op; attributes and op come from the same sample, so their types agree. */
  @SuppressWarnings("unchecked")
  public Tensor[] apply(Tensor[] in) {
    return Dispatcher.apply((Op<Object>) op, attrs, in);
  }

  /** Runs the op's definition. */
  @SuppressWarnings("unchecked")
  public Tensor[] compose(Tensor[] in) {
    return ((Op<Object>) op).compose(in, attrs);
  }

  /** Shapes and types that the op's rule states for inputs. */
  @SuppressWarnings("unchecked")
  Inference infer(Tensor[] in) {
    Inference inference = new Inference(op, in);
    ((Op<Object>) op).infer(inference, attrs);
    return inference;
  }

  /** Whether some input is of the floating type under test. */
  public boolean takesFloats() {
    return inputs.stream().anyMatch(i -> i != null && i.dtype() == DType.F64);
  }

  /** Whether some input has no elements. */
  public boolean isEmpty() {
    return inputs.stream().anyMatch(i -> i != null && i.shape().numel() == 0);
  }

  /** The case whose values are those that inputs of a type and form hold. */
  public OpCase rounded(DType floating, InputForm form) {
    return new OpCase(
        op,
        number,
        attrs,
        inputs.stream()
            .map(
                i ->
                    i == null
                        ? null
                        : i.with(
                            round(
                                form.of(i).held(i.shape(), i.values()),
                                i.dtype() == DType.F64 ? floating : i.dtype())))
            .toList());
  }

  private static double[] round(double[] values, DType dtype) {
    try (Scope scope = Scope.open("round")) {
      return InputForm.ROW_MAJOR
          .tensor(Shape.of(values.length), values, dtype, Device.CPU)
          .toDoubleArray();
    }
  }

  /** The inputs as tensors. */
  public Tensor[] tensors(Device device, DType floating, InputForm form) {
    Tensor[] in = new Tensor[inputs.size()];
    for (int i = 0; i < in.length; i++) {
      SampleInput s = inputs.get(i);
      if (s != null) {
        in[i] =
            form.of(s)
                .tensor(
                    s.shape(), s.values(), s.dtype() == DType.F64 ? floating : s.dtype(), device);
      }
    }
    return in;
  }

  /** All outputs. */
  public Result forward(Device device, DType floating, InputForm form) {
    try (Scope scope = Scope.open(op.name())) {
      return Result.of(apply(tensors(device, floating, form)));
    }
  }

  /** All outputs by the op's definition. */
  public Result definition(Device device, DType floating) {
    try (Scope scope = Scope.open(op.name())) {
      return Result.of(compose(tensors(device, floating, InputForm.ROW_MAJOR)));
    }
  }

  /**
   * The op's own gradient of {@code sum(cotangent * output 0)}, of the shapes of the inputs; null
   * for inputs that are not differentiable.
   */
  @SuppressWarnings("unchecked")
  public Result gradient(Device device, DType floating, InputForm form) {
    try (Scope scope = Scope.open(op.name())) {
      Tensor[] in = tensors(device, floating, form);
      Tensor[] out = apply(in);
      Tensor cotangent =
          InputForm.ROW_MAJOR.tensor(
              out[0].shape(),
              round(cotangent(out[0].shape()), out[0].dtype()),
              out[0].dtype(),
              device);
      RecordedCall call = new RecordedCall(in, out, cotangent, inputs);
      Tensor[] grads = ((Op<Object>) op).vjp(new Vjp(op.spec(), call), attrs);
      Tensor[] fitted = new Tensor[in.length];
      for (int i = 0; i < in.length; i++) {
        if (call.needs(i) && i < grads.length && grads[i] != null) {
          fitted[i] = RecordedCall.fit(grads[i], in[i]);
        }
      }
      return Result.of(fitted);
    }
  }

  /** The cotangent the gradients of this case are taken with. */
  public static double[] cotangent(Shape shape) {
    SplittableRandom random = new SplittableRandom(shape.hashCode());
    double[] c = new double[(int) shape.numel()];
    Arrays.setAll(c, i -> 2 * random.nextDouble() - 1);
    return c;
  }

  /** The case with one input replaced. */
  public OpCase with(int input, double[] values) {
    SampleInput old = inputs.get(input);
    SampleInput[] changed = inputs.toArray(new SampleInput[0]);
    changed[input] = old.with(values);
    return new OpCase(op, number, attrs, Arrays.asList(changed));
  }

  @Override
  public String toString() {
    return op.name() + " #" + number + " " + new Sample<>(attrs, inputs);
  }
}
