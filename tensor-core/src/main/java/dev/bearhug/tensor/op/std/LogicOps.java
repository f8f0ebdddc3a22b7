package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.op.Op;
import java.util.List;

/** Rows of {@link ElementwiseOps}: questions to single elements, and logic of truth values. */
public final class LogicOps {

  private static final ElementwiseRows ROWS = new ElementwiseRows();

  /** Whether an element is not a number. */
  public static final TestOp IS_NAN = ROWS.add(new TestOp("isnan", Double::isNaN));

  /** Whether an element is infinite. */
  public static final TestOp IS_INF = ROWS.add(new TestOp("isinf", Double::isInfinite));

  /** Whether an element is neither infinite nor not-a-number. */
  public static final TestOp IS_FINITE = ROWS.add(new TestOp("isfinite", Double::isFinite));

  /** Whether an element is zero or false. */
  public static final TestOp NOT = ROWS.add(new TestOp("logical_not", x -> x == 0));

  /** Whether both hold. */
  public static final LogicalOp AND = ROWS.add(new LogicalOp("logical_and", (a, b) -> a && b));

  /** Whether one or both hold. */
  public static final LogicalOp OR = ROWS.add(new LogicalOp("logical_or", (a, b) -> a || b));

  /** Whether exactly one holds. */
  public static final LogicalOp XOR = ROWS.add(new LogicalOp("logical_xor", (a, b) -> a != b));

  private LogicOps() {}

  /** All rows. */
  static List<Op<?>> rows() {
    return ROWS.all();
  }
}
