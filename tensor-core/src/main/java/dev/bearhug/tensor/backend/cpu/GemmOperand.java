package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.DType;
import java.util.Objects;

/**
 * How one matrix of a product, or a grid of {@code batch1 × batch2} of them, lies in memory.
 *
 * <p>Element (i, j) of matrix (b1, b2) is at index {@code b1 * batchStride1 + b2 * batchStride2 + i
 * * rowStride + j * colStride}. Strides count elements; a batch stride of 0 uses the same matrix
 * again.
 *
 * @param type element type, {@link DType#F32} or {@link DType#BF16}
 * @param batchStride1 step of the outer batch axis
 * @param batchStride2 step of the inner batch axis
 * @param rowStride step from one row to the next
 * @param colStride step from one column to the next
 */
public record GemmOperand(
    DType type, long batchStride1, long batchStride2, long rowStride, long colStride) {

  /**
   * Checks the type and the signs.
   *
   * @throws IllegalArgumentException for another type or a negative stride
   */
  public GemmOperand {
    Objects.requireNonNull(type, "type");
    if (type != DType.F32 && type != DType.BF16) {
      throw new IllegalArgumentException(
          "matmul: the CPU's matrix product takes F32 and BF16; got "
              + type
              + ". Cast the tensor, or use the reference device.");
    }
    if (batchStride1 < 0 || batchStride2 < 0 || rowStride < 0 || colStride < 0) {
      throw new IllegalArgumentException(
          "matmul: strides must not be negative; got batch "
              + batchStride1
              + ", "
              + batchStride2
              + ", row "
              + rowStride
              + ", column "
              + colStride
              + ". Make the tensor contiguous first.");
    }
  }

  /** A row-major F32 matrix with {@code rowStride} elements from one row to the next. */
  public static GemmOperand rows(long rowStride) {
    return new GemmOperand(DType.F32, 0, 0, rowStride, 1);
  }

  /** A column-major F32 matrix, as a transposed view of a row-major one has it. */
  public static GemmOperand columns(long colStride) {
    return new GemmOperand(DType.F32, 0, 0, 1, colStride);
  }

  /** This layout with another element type. */
  public GemmOperand withType(DType other) {
    return new GemmOperand(other, batchStride1, batchStride2, rowStride, colStride);
  }

  /** This layout with the given batch strides. */
  public GemmOperand withBatchStrides(long outer, long inner) {
    return new GemmOperand(type, outer, inner, rowStride, colStride);
  }

  GemmOperand withMatrixStrides(long row, long col) {
    return new GemmOperand(type, batchStride1, batchStride2, row, col);
  }

  /** Byte distance of the matrix at flat batch position (b1, b2) from the first one. */
  long batchOffset(long b1, long b2) {
    return (b1 * batchStride1 + b2 * batchStride2) * type.bytes();
  }

  /** The same memory with the strides of axes of length 1 set to what a dense matrix would have. */
  GemmOperand normalized(long rows, long cols) {
    long row = rowStride;
    long col = colStride;
    if (cols == 1) {
      col = 1;
    }
    if (rows == 1) {
      row = col == 1 ? Math.max(1, cols) : 1;
    }
    return row == rowStride && col == colStride ? this : withMatrixStrides(row, col);
  }
}
