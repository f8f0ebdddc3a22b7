package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.stream.Stream;

/**
 * In place: one step of {@link AdamWOp} whose moments are stored in one byte each (Dettmers et al.,
 * <a href="https://arxiv.org/abs/2110.02861">8-bit optimizers via block-wise quantization</a>,
 * 2022).
 *
 * <p>Each run of {@value #BLOCK} elements, in row-major order, is a block. A moment is the value of
 * its code in the {@link DynamicCode} times the block's scale, the largest size of the block; the
 * first moment uses the signed codes, the second the unsigned ones. A step decodes, updates in
 * single precision, takes new scales and encodes to the nearest value. Two cases differ from plain
 * rounding: a second moment above 0 never becomes 0, because the step divides by its root, and a
 * block whose scale is below 2^-120 becomes 0.
 *
 * <p>Parameter and gradient are of one floating type, codes are {@code U8} of the same shape,
 * scales are {@code F32} of the shape {@link #blocks}; all are row-major.
 */
public final class AdamW8bitOp extends Op<AdamWOp.Attrs> {

  /** Elements that share a scale. */
  public static final int BLOCK = 256;

  /** Code of a first moment of 0, with which its state starts; that of a second moment is 0. */
  public static final int ZERO_MEAN = DynamicCode.SIGNED.encode(0);

  /** Scales below this count as 0: their reciprocal must be finite. */
  public static final float LEAST_SCALE = 0x1p-120f;

  /** The only instance. */
  public static final AdamW8bitOp INSTANCE = new AdamW8bitOp();

  private AdamW8bitOp() {
    super(
        OpSpec.named("adamw_8bit")
            .inputs("param", "grad", "m", "v", "m_scale", "v_scale")
            .noOutputs()
            .mutates("param", "m", "v", "m_scale", "v_scale")
            .notDifferentiable("it changes the parameter in place"));
  }

  /** Shape of the scales of a parameter with {@code numel} elements. */
  public static Shape blocks(long numel) {
    return Shape.of((numel + BLOCK - 1) / BLOCK);
  }

  @Override
  public void infer(Inference i, AdamWOp.Attrs a) {
    i.requireFloating("param");
    i.requireSameDType("param", "grad");
    i.requireDType("m", DType.U8);
    i.requireDType("v", DType.U8);
    for (String other : List.of("grad", "m", "v")) {
      i.requireShape(other, i.shape("param"), "there is one value per parameter");
    }
    for (String scale : List.of("m_scale", "v_scale")) {
      i.requireDType(scale, DType.F32);
      i.requireShape(
          scale, blocks(i.shape("param").numel()), "there is one scale per " + BLOCK + " elements");
    }
    for (String changed : spec().mutated()) {
      i.requireRowMajor(changed);
    }
  }

  @Override
  public Stream<Sample<AdamWOp.Attrs>> samples(Sampler s) {
    AdamWOp.Attrs third = AdamWOp.Attrs.atStep(3, 1e-2, 0.9, 0.999, 1e-8, 0.05, 0.7);
    AdamWOp.Attrs first = AdamWOp.Attrs.atStep(1, 1e-2, 0.9, 0.999, 1e-8, 0, 1);
    return Stream.of(
        sample(s, third, 1, 256, 3, 171), sample(s, first, 0, 1, 10), sample(s, third, 1, 256, 0));
  }

  private static Sample<AdamWOp.Attrs> sample(
      Sampler s, AdamWOp.Attrs attrs, double scale, int codes, long... shape) {
    Shape blocks = blocks(Shape.of(shape).numel());
    return s.sample(attrs)
        .constant(-1, 1, shape)
        .constant(-1, 1, shape)
        .integers(DType.U8, codes, shape)
        .integers(DType.U8, codes, shape)
        .integers(DType.F32, scale > 0 ? 3 : 1, blocks.dims())
        .integers(DType.F32, scale > 0 ? 3 : 1, blocks.dims())
        .build();
  }

  @Override
  public List<ErrorSample<AdamWOp.Attrs>> errorSamples(Sampler s) {
    AdamWOp.Attrs first = AdamWOp.Attrs.atStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1);
    return List.of(
        s.sample(first)
            .constant(-1, 1, 4)
            .constant(-1, 1, 4)
            .constant(0, 0, 4)
            .integers(DType.U8, 1, 4)
            .integers(DType.F32, 1, 1)
            .integers(DType.F32, 1, 1)
            .fails(
                DTypeException.class,
                "adamw_8bit: m is F32 but must be one of [U8]. Convert it with to(...)."),
        s.sample(first)
            .constant(-1, 1, 300)
            .constant(-1, 1, 300)
            .integers(DType.U8, 1, 300)
            .integers(DType.U8, 1, 300)
            .integers(DType.F32, 1, 1)
            .integers(DType.F32, 1, 2)
            .fails(
                ShapeException.class,
                "adamw_8bit: m_scale is [1] but must be [2]: there is one scale per 256 elements."));
  }
}
