package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.memory.NativeMemory;

/**
 * Sums over the rows of a matrix, block by block on several threads: every block of rows adds into
 * a partial result of its own, and the partial results are added in the order of the blocks.
 */
final class ColumnSums {

  /** Adds the contribution of a block of rows to a partial result. */
  @FunctionalInterface
  interface Block {

    /** Adds rows {@code [first, first + count)} to the {@code cols} values at {@code part}. */
    void run(long first, long count, long part);
  }

  /** The fewest rows per block: what a partial result costs must stay small. */
  private static final long MIN_ROWS = 16;

  private final CpuResources cpu;
  private final long rows;
  private final long cols;
  private final long blockRows;
  private final long blocks;

  /** Sums of {@code rows} rows of {@code cols} values. */
  ColumnSums(CpuResources cpu, long rows, long cols) {
    this.cpu = cpu;
    this.rows = rows;
    this.cols = cols;
    this.blockRows = Math.max(MIN_ROWS, CpuResources.rowGrain(cols));
    this.blocks = Math.max(1, (rows + blockRows - 1) / blockRows);
  }

  /** Number of blocks. */
  long blocks() {
    return blocks;
  }

  /** Runs the blocks and writes the sums to {@code out}. */
  void run(long out, Block block) {
    if (blocks == 1) {
      NativeMemory.fill(out, 4 * cols, (byte) 0);
      block.run(0, rows, out);
      return;
    }
    try (Scratch parts = new Scratch(4 * blocks * cols)) {
      long base = parts.address();
      cpu.pool()
          .parallelFor(
              blocks,
              1,
              (from, to) -> {
                for (long b = from; b < to; b++) {
                  long part = base + 4 * b * cols;
                  NativeMemory.fill(part, 4 * cols, (byte) 0);
                  long first = b * blockRows;
                  block.run(first, Math.min(blockRows, rows - first), part);
                }
              });
      NativeMemory.fill(out, 4 * cols, (byte) 0);
      cpu.kernels().reduce().sumColumns(base, out, blocks, cols);
    }
  }
}
