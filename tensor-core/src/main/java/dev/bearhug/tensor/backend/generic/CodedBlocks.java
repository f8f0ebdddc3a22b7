package dev.bearhug.tensor.backend.generic;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.std.AdamW8bitOp;
import dev.bearhug.tensor.op.std.DynamicCode;

/** Numbers stored as codes with one scale per block, see {@link AdamW8bitOp}. */
final class CodedBlocks {

  private final Cursor codes;
  private final Cursor scales;
  private final DynamicCode code;

  CodedBlocks(Tensor codes, Tensor scales, DynamicCode code) {
    this.codes = new Cursor(codes);
    this.scales = new Cursor(scales);
    this.code = code;
  }

  /** The numbers of a block that starts at an element. */
  double[] decode(long start, int size) {
    double scale = scales.get(start / AdamW8bitOp.BLOCK);
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = scale * code.decode((int) codes.getLong(start + i));
    }
    return values;
  }

  /** Stores the numbers of a block. */
  void encode(long start, double[] values) {
    float scale = 0;
    for (double v : values) {
      scale = Math.max(scale, (float) Math.abs(v));
    }
    scale = scale < AdamW8bitOp.LEAST_SCALE ? 0 : scale;
    scales.set(start / AdamW8bitOp.BLOCK, scale);
    boolean unsigned = code == DynamicCode.UNSIGNED;
    for (int i = 0; i < values.length; i++) {
      int c = code.encode(scale == 0 ? 0 : (float) (values[i] / scale));
      codes.setLong(start + i, unsigned && scale != 0 && values[i] > 0 ? Math.max(1, c) : c);
    }
  }
}
