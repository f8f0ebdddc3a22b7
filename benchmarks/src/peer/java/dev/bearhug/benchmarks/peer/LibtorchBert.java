package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.compare.Cases;
import dev.bearhug.benchmarks.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * BERT-base with a classification head in single precision: forward pass, or a step of training
 * with dropout 0.1 everywhere (in attention by {@code scaled_dot_product_attention}) and AdamW.
 */
final class LibtorchBert implements Workload {

  private static final int LAYERS = 12;
  private static final int HIDDEN = 768;
  private static final int HEADS = 12;
  private static final int INNER = 3072;
  private static final int VOCABULARY = 30522;
  private static final double STD = 0.02;
  private static final double DROPOUT = 0.1;
  private static final double EPS = 1e-12;
  private static final double RATE = 2e-5;

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
  private final Tensor ids;
  private final Tensor positionIds;
  private final Tensor labels;
  private final AdamW optimizer;

  LibtorchBert(boolean train) {
    this.train = train;
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
    classifier = linear(2, HIDDEN);
    TensorOptions integers = new TensorOptions(torch.ScalarType.Long);
    ids = torch.randint(0, VOCABULARY, new long[] {Cases.BATCH, Cases.SEQ}, integers);
    positionIds = torch.arange(new Scalar(Cases.SEQ), integers);
    labels = torch.randint(0, 2, new long[] {Cases.BATCH}, integers);
    optimizer =
        train
            ? new AdamW(new TensorVector(parameters.toArray(new Tensor[0])), new AdamWOptions(RATE))
            : null;
  }

  private Tensor parameter(Tensor values) {
    Tensor t = values.detach();
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

  private static Tensor apply(Pair p, Tensor x) {
    return torch.linear(x, p.weight(), new TensorOptional(p.bias()));
  }

  private static Tensor normalize(Pair p, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {HIDDEN},
        new TensorOptional(p.weight()),
        new TensorOptional(p.bias()),
        EPS,
        true);
  }

  private Tensor drop(Tensor x) {
    return train ? torch.dropout(x, DROPOUT, true) : x;
  }

  private static Tensor split(Tensor x) {
    return x.view(Cases.BATCH, Cases.SEQ, HEADS, HIDDEN / HEADS).transpose(1, 2);
  }

  private Tensor logits() {
    Tensor x =
        torch
            .embedding(words, ids)
            .add(torch.embedding(positions, positionIds))
            .add(types.select(0, 0));
    x = drop(normalize(embeddingNorm, x));
    for (Block b : blocks) {
      Tensor context =
          torch.scaled_dot_product_attention(
              split(apply(b.query(), x)),
              split(apply(b.key(), x)),
              split(apply(b.value(), x)),
              new TensorOptional(),
              train ? DROPOUT : 0,
              false,
              new DoubleOptional(),
              false);
      Tensor merged = context.transpose(1, 2).contiguous().view(Cases.BATCH, Cases.SEQ, HIDDEN);
      x = normalize(b.attentionNorm(), x.add(drop(apply(b.attentionOutput(), merged))));
      Tensor inner = torch.gelu(apply(b.intermediate(), x), "none");
      x = normalize(b.outputNorm(), x.add(drop(apply(b.output(), inner))));
    }
    return apply(classifier, drop(torch.tanh(apply(pooler, x.select(1, 0)))));
  }

  @Override
  public void run() {
    float value;
    try (PointerScope scope = new PointerScope()) {
      if (train) {
        Tensor loss = torch.cross_entropy_loss(logits(), labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        value = loss.item_float();
      } else {
        try (NoGradGuard guard = new NoGradGuard()) {
          value = logits().sum().item_float();
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
