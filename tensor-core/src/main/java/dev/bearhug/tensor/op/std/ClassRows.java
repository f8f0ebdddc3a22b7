package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.op.Inference;
import java.util.stream.IntStream;

/**
 * Losses over class scores of any rank: the class axis (axis 1, or the only one) becomes the last,
 * all others become rows.
 */
final class ClassRows {

  private ClassRows() {}

  private static int classAxis(Shape scores) {
    return scores.rank() == 1 ? 0 : 1;
  }

  /** Shape of the losses: that of the scores without the class axis. */
  static Shape losses(Shape scores) {
    return scores.without(classAxis(scores));
  }

  /** Number of classes. */
  static long classes(Shape scores) {
    return scores.dim(classAxis(scores));
  }

  /** Rule of scores, an optional weight {@code [classes]}, and the result. */
  static void check(Inference i, String scores, Reduction reduction) {
    i.requireFloating(scores);
    i.requireRank(scores, 1);
    Shape x = i.shape(scores);
    i.require(
        classes(x) > 0, () -> scores + " " + x + " have no classes on axis " + classAxis(x) + ".");
    if (i.has("weight")) {
      i.requireShape("weight", Shape.of(classes(x)), "there is one weight per class");
      i.requireDType("weight", i.dtype(scores), LayerNormOp.statistics(i.dtype(scores)));
    }
    i.output(reduction.shape(losses(x)), LayerNormOp.statistics(i.dtype(scores)));
  }

  /** Rule of class numbers. */
  static void checkTarget(Inference i, String scores) {
    i.requireDType("target", DType.I64);
    i.requireShape(
        "target", losses(i.shape(scores)), scores + " without the class axis give its shape");
  }

  /** The scores as {@code [rows, classes]}. */
  static Tensor of(Tensor scores) {
    int axis = classAxis(scores.shape());
    int[] order =
        IntStream.concat(
                IntStream.range(0, scores.rank()).filter(a -> a != axis), IntStream.of(axis))
            .toArray();
    long classes = scores.dim(axis);
    return scores.permute(order).reshape(scores.numel() / classes, classes);
  }

  /** Weight of the class of every row, 0 where the target is ignored; 1 without weights. */
  static Tensor weights(Tensor known, Tensor ignored, Tensor weight, DType type) {
    return weight == null
        ? ignored.to(type).affine(-1, 1)
        : weight.to(type).gather(0, known).maskedFill(ignored, 0);
  }

  /**
   * Reduces losses of rows that hold their weight already.
   *
   * @param losses {@code [rows]}
   * @param weights of the rows, whose sum divides the mean
   */
  static Tensor reduce(Tensor losses, Tensor weights, Reduction reduction, Shape shape) {
    return switch (reduction) {
      case NONE -> losses.reshape(shape.dims());
      case SUM -> losses.sum();
      case MEAN -> losses.sum().div(weights.sum());
      case BATCH_MEAN -> losses.sum().mul(1.0 / losses.dim(0));
    };
  }
}
