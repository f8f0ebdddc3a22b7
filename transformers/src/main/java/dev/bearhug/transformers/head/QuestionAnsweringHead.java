package dev.bearhug.transformers.head;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.transformers.model.Backbone;

/** A dense layer over every token that scores it as start and as end of the answer. */
public final class QuestionAnsweringHead extends Head {

  /**
   * Input: first token of the answer, {@code I64 [batch]}; beyond the input means no answer here.
   */
  public static final String START_POSITIONS = "start_positions";

  /** Input: last token of the answer, {@code I64 [batch]}. */
  public static final String END_POSITIONS = "end_positions";

  /** Output: {@code [batch, seq]}. */
  public static final String START_LOGITS = "start_logits";

  /** Output: {@code [batch, seq]}. */
  public static final String END_LOGITS = "end_logits";

  private final Linear outputs;

  /** A head with two outputs per token. */
  public QuestionAnsweringHead(Backbone backbone, Params params) {
    super(params);
    outputs =
        child(
            "qa_outputs",
            new Linear(
                backbone.config().hidden(),
                2,
                Initializer.normal(backbone.initializerRange()),
                params.sub("qa_outputs")));
  }

  /** The softmax runs over all places, as in the reference library. */
  @Override
  public boolean readsPadding() {
    return true;
  }

  /** The loss is the mean of both cross entropies; positions outside the input are not counted. */
  @Override
  public TensorMap forward(TensorMap backbone, TensorMap inputs) {
    return callMap(
        () -> {
          Tensor both =
              outputs.forward(backbone.get(Backbone.LAST_HIDDEN_STATE)); // [batch, seq, 2]
          Tensor start = both.select(2, 0).contiguous();
          Tensor end = both.select(2, 1).contiguous();
          TensorMap out = TensorMap.of(START_LOGITS, start, END_LOGITS, end);
          Tensor first = inputs.getOrNull(START_POSITIONS);
          Tensor last = inputs.getOrNull(END_POSITIONS);
          if (first == null || last == null) {
            return out;
          }
          Tensor sum =
              start
                  .crossEntropy(inside(first, start.dim(1)))
                  .add(end.crossEntropy(inside(last, end.dim(1))));
          return out.put(LOSS, sum.mul(0.5));
        });
  }

  /**
   * Positions below 0 become 0 and those beyond the input are ignored, as in the reference library.
   */
  private static Tensor inside(Tensor positions, long length) {
    long[] p = positions.to(Device.CPU).toLongArray();
    for (int i = 0; i < p.length; i++) {
      p[i] = p[i] >= length ? CrossEntropyOp.IGNORE : Math.max(0, p[i]);
    }
    return Tensor.of(p, p.length).to(positions.device()).to(DType.I64);
  }
}
