package dev.bearhug.benchmarks.workload;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.Autograd;
import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.Head;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.model.Backbone;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import java.util.List;

/**
 * BERT with a classification head on one batch of random tokens without padding, in single or mixed
 * precision on the CPU: the forward pass alone, or a step of training with AdamW.
 */
public final class BertStep implements AutoCloseable {

  /** Tokens of the vocabulary, that of the English BERT. */
  public static final int VOCABULARY = 30522;

  /** Probability of dropout in the training step, everywhere. */
  public static final double DROPOUT = 0.1;

  private static final double RATE = 2e-5;
  private static final double WEIGHT_DECAY = 0.01;

  private final PretrainedModel model;
  private final TensorMap inputs = new TensorMap();
  private final AdamW optimizer;
  private final RandomSource random;
  private final DType precision;

  /**
   * Creates model, batch and optimizer.
   *
   * @param config size of the model
   * @param batch number of inputs
   * @param seq tokens per input
   * @param seed of weights, tokens and dropout
   * @param precision F32, or BF16 for mixed precision
   */
  public BertStep(BertConfig config, int batch, int seq, long seed, DType precision) {
    this.precision = precision;
    HeadSpec head = HeadSpec.classification(List.of("negative", "positive"));
    model = AutoModel.create(config.withDropout(DROPOUT), head, seed, Device.CPU);
    Inputs made = new Inputs(seed);
    inputs.put(Backbone.INPUT_IDS, made.indices(config.vocabSize(), batch, seq));
    inputs.put(Head.LABELS, made.indices(2, batch));
    optimizer = new AdamW(ParamGroup.single(model.parameters(), WEIGHT_DECAY));
    random = new RandomSource(seed);
  }

  /** As the other constructor, in single precision. */
  public BertStep(BertConfig config, int batch, int seq, long seed) {
    this(config, batch, seq, seed, DType.F32);
  }

  /** BERT-base, 8 inputs of 128 tokens, in single precision. */
  public static BertStep base8x128() {
    return base8x128(DType.F32);
  }

  /** BERT-base, 8 inputs of 128 tokens, in single or mixed precision. */
  public static BertStep base8x128(DType precision) {
    return new BertStep(BertConfig.base(VOCABULARY), 8, 128, 1, precision);
  }

  /** Runs the forward pass without dropout or gradients; returns the sum of the logits. */
  public double forward() {
    model.setTraining(false);
    try (NoGrad ignored = NoGrad.enter();
        Autocast cast = Autocast.enter(precision);
        Scope scope = Scope.open("forward")) {
      TensorMap tokens = TensorMap.of(Backbone.INPUT_IDS, inputs.get(Backbone.INPUT_IDS));
      return model.forward(tokens).get(Head.LOGITS).sum().item();
    }
  }

  /** Runs forward and backward pass with dropout and updates all weights; returns the loss. */
  public double train() {
    model.setTraining(true);
    try (Scope scope = Scope.open("train");
        RandomSource.Use use = RandomSource.use(random)) {
      Tensor loss;
      try (Autocast cast = Autocast.enter(precision)) {
        loss = model.forward(inputs).get(Head.LOSS);
      }
      optimizer.zeroGrad();
      Autograd.backward(loss);
      optimizer.step(RATE);
      return loss.item();
    }
  }

  /** Number of elements of all parameters. */
  public long parameterCount() {
    return model.parameterCount();
  }

  @Override
  public void close() {
    optimizer.zeroGrad();
    optimizer.close();
    model.close();
    inputs.values().forEach(Tensor::close);
  }
}
