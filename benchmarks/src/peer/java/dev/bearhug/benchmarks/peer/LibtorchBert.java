package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.compare.Cases;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * BERT-base with a classification head: forward pass, or a step of training with dropout 0.1
 * everywhere (in attention by {@code scaled_dot_product_attention}) and AdamW. In half precision
 * the blocks compute in {@code bf16}: from weights of that type in the forward pass alone, from
 * copies of single-precision weights in training.
 */
final class LibtorchBert implements AutoCloseable {

  /**
   * A batch.
   *
   * @param ids tokens, {@code [batch, length]}
   * @param mask true where there is a token, {@code [batch, 1, length, length]}, or null
   * @param labels classes, {@code [batch]}
   */
  record Batch(Tensor ids, Tensor mask, Tensor labels) {

    /** Random tokens without padding. */
    static Batch random(long rows, long length) {
      TensorOptions integers = new TensorOptions(torch.ScalarType.Long);
      return new Batch(
          torch.randint(0, VOCABULARY, new long[] {rows, length}, integers),
          null,
          torch.randint(0, 2, new long[] {rows}, integers));
    }
  }

  private static final int LAYERS = 12;
  private static final int HIDDEN = 768;
  private static final int HEADS = 12;
  private static final int INNER = 3072;
  private static final int VOCABULARY = Cases.VOCABULARY;
  private static final double STD = 0.02;
  private static final double DROPOUT = 0.1;
  private static final double EPS = 1e-12;

  /** Weight and bias. */
  private record Pair(Tensor weight, Tensor bias) {}

  private record Block(
      Pair query,
      Pair key,
      Pair value,
      Pair attentionOutput,
      Pair attentionNorm,
      Pair intermediate,
      Pair output,
      Pair outputNorm) {}

  private final boolean train;
  private final PointerScope owner = new PointerScope();
  private final List<Tensor> parameters = new ArrayList<>();
  private final Tensor words;
  private final Tensor positions;
  private final Tensor types;
  private final Pair embeddingNorm;
  private final List<Block> blocks = new ArrayList<>();
  private final Pair pooler;
  private final Pair classifier;
  private final FusedAdamW optimizer;
  private final boolean half;

  LibtorchBert(boolean train, String dtype, int classes) {
    this.train = train;
    half = dtype.equals("bf16");
    words = normal(VOCABULARY, HIDDEN);
    positions = normal(512, HIDDEN);
    types = normal(2, HIDDEN);
    embeddingNorm = norm();
    for (int i = 0; i < LAYERS; i++) {
      blocks.add(
          new Block(
              linear(HIDDEN, HIDDEN),
              linear(HIDDEN, HIDDEN),
              linear(HIDDEN, HIDDEN),
              linear(HIDDEN, HIDDEN),
              norm(),
              linear(INNER, HIDDEN),
              linear(HIDDEN, INNER),
              norm()));
    }
    pooler = linear(HIDDEN, HIDDEN);
    classifier = linear(classes, HIDDEN);
    optimizer = train ? new FusedAdamW(parameters) : null;
  }

  private Tensor parameter(Tensor values) {
    Tensor t = half && !train ? compute(values.detach()) : values.detach();
    t.set_requires_grad(train);
    parameters.add(t);
    return t;
  }

  private Tensor normal(long... shape) {
    return parameter(torch.randn(shape, new TensorOptions()).mul(new Scalar(STD)));
  }

  private Pair linear(long out, long in) {
    return new Pair(normal(out, in), parameter(torch.zeros(out)));
  }

  private Pair norm() {
    return new Pair(parameter(torch.ones(HIDDEN)), parameter(torch.zeros(HIDDEN)));
  }

  /** In the type of the blocks. */
  private Tensor compute(Tensor x) {
    return half ? x.to(torch.ScalarType.BFloat16) : x;
  }

  private Tensor apply(Pair p, Tensor x) {
    return torch.linear(x, compute(p.weight()), new TensorOptional(compute(p.bias())));
  }

  private Tensor normalize(Pair p, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {HIDDEN},
        new TensorOptional(compute(p.weight())),
        new TensorOptional(compute(p.bias())),
        EPS,
        true);
  }

  private Tensor drop(Tensor x) {
    return train ? torch.dropout(x, DROPOUT, true) : x;
  }

  private static Tensor split(Tensor x, long rows, long length) {
    return x.view(rows, length, HEADS, HIDDEN / HEADS).transpose(1, 2);
  }

  private Tensor logits(Batch batch) {
    long rows = batch.ids().size(0);
    long length = batch.ids().size(1);
    Tensor places = torch.arange(new Scalar(length), new TensorOptions(torch.ScalarType.Long));
    TensorOptional mask =
        batch.mask() == null ? new TensorOptional() : new TensorOptional(batch.mask());
    Tensor x =
        torch
            .embedding(words, batch.ids())
            .add(torch.embedding(positions, places))
            .add(types.select(0, 0));
    x = drop(normalize(embeddingNorm, compute(x)));
    for (Block b : blocks) {
      Tensor context =
          torch.scaled_dot_product_attention(
              split(apply(b.query(), x), rows, length),
              split(apply(b.key(), x), rows, length),
              split(apply(b.value(), x), rows, length),
              mask,
              train ? DROPOUT : 0,
              false,
              new DoubleOptional(),
              false);
      Tensor merged = context.transpose(1, 2).contiguous().view(rows, length, HIDDEN);
      x = normalize(b.attentionNorm(), x.add(drop(apply(b.attentionOutput(), merged))));
      Tensor inner = torch.gelu(apply(b.intermediate(), x), "none");
      x = normalize(b.outputNorm(), x.add(drop(apply(b.output(), inner))));
    }
    Tensor logits = apply(classifier, drop(torch.tanh(apply(pooler, x.select(1, 0)))));
    return logits.to(torch.ScalarType.Float);
  }

  /** Runs the forward pass, in training the whole step. */
  void run(Batch batch) {
    float value;
    try (PointerScope scope = new PointerScope()) {
      if (train) {
        Tensor loss = torch.cross_entropy_loss(logits(batch), batch.labels());
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        value = loss.item_float();
      } else {
        try (NoGradGuard guard = new NoGradGuard()) {
          value = logits(batch).sum().item_float();
        }
      }
    }
    if (!Float.isFinite(value)) {
      throw new IllegalStateException("libtorch: the result of BERT is not finite.");
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
