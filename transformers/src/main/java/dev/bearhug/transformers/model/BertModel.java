package dev.bearhug.transformers.model;

import dev.bearhug.autograd.CheckpointPolicy;
import dev.bearhug.autograd.Checkpointing;
import dev.bearhug.autograd.MemoryBoundOps;
import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.nn.layer.Activation;
import dev.bearhug.nn.layer.Dropout;
import dev.bearhug.nn.layer.Embedding;
import dev.bearhug.nn.layer.LayerNorm;
import dev.bearhug.nn.layer.Linear;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.transformers.config.BertConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT, the encoder of "BERT: Pre-training of Deep Bidirectional Transformers for Language
 * Understanding" (Devlin et al., 2018): token, position and type embeddings, then blocks of
 * self-attention and feed-forward layers, each followed by residual sum and layer normalisation.
 *
 * <p>Positions are absolute, or relative by learned distances (Shaw et al., 2018; Huang et al.,
 * 2020).
 */
public final class BertModel extends Backbone {

  private final BertConfig config;
  private final Embeddings embeddings;
  private final List<Block> blocks = new ArrayList<>();
  private final Linear pooler;

  /**
   * Builds the encoder.
   *
   * @param withPooler whether it has the pooled output, a dense layer with tanh over the first
   *     token
   */
  public BertModel(BertConfig config, boolean withPooler, Params params) {
    super(params);
    this.config = config;
    Initializer normal = Initializer.normal(config.initializerRange());
    embeddings = child("embeddings", new Embeddings(config, normal, params.sub("embeddings")));
    for (int i = 0; i < config.layers(); i++) {
      String name = "encoder.layer." + i;
      blocks.add(child(name, new Block(config, normal, params.sub(name))));
    }
    pooler =
        withPooler
            ? child(
                "pooler.dense",
                new Linear(config.hidden(), config.hidden(), normal, params.sub("pooler.dense")))
            : null;
  }

  @Override
  public TensorMap forward(TensorMap inputs) {
    return callMap(() -> encode(inputs));
  }

  private TensorMap encode(TensorMap inputs) {
    Tensor ids = inputs.get(INPUT_IDS); // [batch, seq]
    if (ids.rank() != 2) {
      throw new ShapeException(
          "bert", "input_ids must be [batch, seq], this is " + ids.shape() + ".");
    }
    if (ids.dim(1) > config.maxPositions()) {
      throw new ShapeException(
          "bert",
          "an input has "
              + ids.dim(1)
              + " tokens but max_position_embeddings is "
              + config.maxPositions()
              + ". Truncate it when it is tokenised.");
    }
    boolean plain = isDetailed() || isPadded() || !config.positions().equals("absolute");
    PackedBatch packed = plain ? null : PackedBatch.of(inputs);
    TensorMap out;
    try (MemoryBoundOps recompute =
        checkpointing() == CheckpointPolicy.MEMORY_BOUND_OPS ? MemoryBoundOps.recompute() : null) {
      out = packed == null ? encodePadded(inputs) : encodePacked(inputs, packed);
    }
    if (pooler != null) {
      Tensor first = out.get(LAST_HIDDEN_STATE).select(1, 0);
      out.put(POOLER_OUTPUT, pooler.forward(first).tanh()); // [batch, hidden]
    }
    return out;
  }

  private TensorMap encodePacked(TensorMap inputs, PackedBatch packed) {
    Tensor types = inputs.getOrNull(TOKEN_TYPE_IDS);
    Tensor positions = inputs.getOrNull(POSITION_IDS);
    Tensor h =
        embeddings.forward(
            packed.pack(inputs.get(INPUT_IDS)),
            types == null ? null : packed.pack(types),
            positions == null
                ? packed.columns()
                : packed.pack(positions.rank() == 1 ? positions.unsqueeze(0) : positions));
    for (Block block : blocks) {
      if (checkpointing() == CheckpointPolicy.EACH_BLOCK) {
        h = Checkpointing.run(in -> block.packed(in[0], in[1]), h, packed.offsets());
      } else {
        h = block.packed(h, packed.offsets()); // [tokens, hidden]
      }
    }
    return TensorMap.of(LAST_HIDDEN_STATE, packed.unpack(h));
  }

  private TensorMap encodePadded(TensorMap inputs) {
    Tensor ids = inputs.get(INPUT_IDS);
    Tensor mask = additiveMask(inputs.getOrNull(ATTENTION_MASK)); // [batch, 1, 1 or seq, seq]
    Tensor positions = inputs.getOrNull(POSITION_IDS);
    TensorMap out = new TensorMap();
    Tensor h =
        embeddings.forward(
            ids,
            inputs.getOrNull(TOKEN_TYPE_IDS),
            positions == null
                ? Tensor.arange(ids.dim(1), ids.device())
                : positions); // [batch, seq, hidden]
    for (int i = 0; i < blocks.size(); i++) {
      if (isDetailed()) {
        out.put(HIDDEN_STATES + i, h);
      }
      Block block = blocks.get(i);
      if (checkpointing() == CheckpointPolicy.EACH_BLOCK) {
        h = Checkpointing.run(in -> block.forward(in[0], in[1], null), h, mask);
      } else {
        h = block.forward(h, mask, isDetailed() ? out : null, ATTENTIONS + i);
      }
    }
    if (isDetailed()) {
      out.put(HIDDEN_STATES + blocks.size(), h);
    }
    return out.put(LAST_HIDDEN_STATE, h);
  }

  /** 0 where attention is allowed and the smallest float elsewhere, to be added to the scores. */
  private static Tensor additiveMask(Tensor mask) {
    if (mask == null) {
      return null;
    }
    Tensor m = mask.to(DType.F32);
    Tensor wide = m.rank() == 3 ? m.unsqueeze(1) : m.unsqueeze(1).unsqueeze(1);
    return wide.affine(Float.MAX_VALUE, -Float.MAX_VALUE);
  }

  @Override
  public BertConfig config() {
    return config;
  }

  @Override
  public Parameter tokenEmbedding() {
    return embeddings.words.weight();
  }

  @Override
  public double initializerRange() {
    return config.initializerRange();
  }

  @Override
  public double headDropout() {
    return config.headDropout();
  }

  @Override
  public boolean hasPooler() {
    return pooler != null;
  }

  /** Sum of token, position and type vectors, normalised. */
  private static final class Embeddings extends Layer {
    private final BertConfig config;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;
    private final Dropout dropout;

    Embeddings(BertConfig c, Initializer normal, Params p) {
      super(p);
      config = c;
      words =
          child(
              "word_embeddings",
              new Embedding(
                  c.vocabSize(), c.hidden(), c.padId(), normal, p.sub("word_embeddings")));
      positions =
          child(
              "position_embeddings",
              new Embedding(
                  c.maxPositions(),
                  c.hidden(),
                  Embedding.NO_PADDING,
                  normal,
                  p.sub("position_embeddings")));
      types =
          child(
              "token_type_embeddings",
              new Embedding(
                  c.typeVocab(),
                  c.hidden(),
                  Embedding.NO_PADDING,
                  normal,
                  p.sub("token_type_embeddings")));
      norm = child("LayerNorm", new LayerNorm(c.hidden(), c.layerNormEps(), p.sub("LayerNorm")));
      dropout = child("dropout", new Dropout(c.hiddenDropout(), p.sub("dropout")));
    }

    /** Ids and types of one shape, positions that broadcast to it; a vector for each id. */
    Tensor forward(Tensor ids, Tensor typeIds, Tensor positionIds) {
      return call(
          () -> {
            Tensor t =
                typeIds == null
                    ? types.forward(Tensor.full(ids.shape(), 0, DType.I64, ids.device()))
                    : types.forward(typeIds);
            Tensor x = words.forward(ids).add(t);
            if (config.positions().equals("absolute")) {
              x = x.add(positions.forward(positionIds));
            }
            return dropout.forward(norm.forward(x));
          });
    }
  }

  /** Self-attention and feed-forward part, each with residual sum and normalisation. */
  private static final class Block extends Layer {
    private final SelfAttention attention;
    private final Linear attentionOutput;
    private final LayerNorm attentionNorm;
    private final Linear intermediate;
    private final Linear output;
    private final LayerNorm outputNorm;
    private final Dropout dropout;
    private final Activation activation;

    Block(BertConfig c, Initializer normal, Params p) {
      super(p);
      attention = child("attention.self", new SelfAttention(c, normal, p.sub("attention.self")));
      attentionOutput =
          child(
              "attention.output.dense",
              new Linear(c.hidden(), c.hidden(), normal, p.sub("attention.output.dense")));
      attentionNorm =
          child(
              "attention.output.LayerNorm",
              new LayerNorm(c.hidden(), c.layerNormEps(), p.sub("attention.output.LayerNorm")));
      intermediate =
          child(
              "intermediate.dense",
              new Linear(c.hidden(), c.inner(), normal, p.sub("intermediate.dense")));
      output =
          child("output.dense", new Linear(c.inner(), c.hidden(), normal, p.sub("output.dense")));
      outputNorm =
          child(
              "output.LayerNorm",
              new LayerNorm(c.hidden(), c.layerNormEps(), p.sub("output.LayerNorm")));
      dropout = child("dropout", new Dropout(c.hiddenDropout(), p.sub("dropout")));
      activation = Activation.named(c.activation());
    }

    Tensor forward(Tensor h, Tensor mask, TensorMap weights, String weightsName) {
      TensorMap own = weights == null ? null : new TensorMap();
      TensorMap result =
          callMap(
              () -> {
                Tensor context = attention.forward(h, mask, own, weightsName);
                Tensor y = finish(context, h);
                TensorMap all = TensorMap.of("y", y);
                return own == null ? all : all.putAll(own);
              });
      if (weights != null) {
        weights.put(weightsName, result.getOrNull(weightsName));
      }
      return result.get("y");
    }

    Tensor forward(Tensor h, Tensor mask, TensorMap weights) {
      return forward(h, mask, weights, "");
    }

    /** The block on tokens {@code [tokens, hidden]} of sequences with these offsets. */
    Tensor packed(Tensor h, Tensor offsets) {
      return call(() -> finish(attention.packed(h, offsets), h));
    }

    /** What follows the attention: two sub-layer ends and the feed-forward part between. */
    private Tensor finish(Tensor context, Tensor h) {
      Tensor x = attentionNorm.forward(attentionOutput.forward(context), h, dropout);
      Tensor inner = intermediate.forward(x, activation); // [.., inner]
      return outputNorm.forward(output.forward(inner), x, dropout);
    }
  }

  /** Attention of every token to every token, in several heads. */
  private static final class SelfAttention extends Layer {
    private final BertConfig config;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Embedding distances;
    private final Dropout dropout;
    private final int headSize;

    SelfAttention(BertConfig c, Initializer normal, Params p) {
      super(p);
      config = c;
      headSize = c.hidden() / c.heads();
      query = child("query", new Linear(c.hidden(), c.hidden(), normal, p.sub("query")));
      key = child("key", new Linear(c.hidden(), c.hidden(), normal, p.sub("key")));
      value = child("value", new Linear(c.hidden(), c.hidden(), normal, p.sub("value")));
      distances =
          c.positions().equals("absolute")
              ? null
              : child(
                  "distance_embedding",
                  new Embedding(
                      2L * c.maxPositions() - 1,
                      headSize,
                      Embedding.NO_PADDING,
                      normal,
                      p.sub("distance_embedding")));
      dropout = child("dropout", new Dropout(c.attentionDropout(), p.sub("dropout")));
    }

    /** Context {@code [batch, seq, hidden]}; the weights go into the map if there is one. */
    Tensor forward(Tensor h, Tensor mask, TensorMap weights, String weightsName) {
      TensorMap result =
          callMap(
              () -> {
                Tensor q = split(query.forward(h)); // [batch, heads, seq, headSize]
                Tensor k = split(key.forward(h));
                Tensor v = split(value.forward(h));
                double scale = 1 / Math.sqrt(headSize);
                Tensor context;
                Tensor probs;
                if (distances == null && weights == null) {
                  context = q.attention(k, v, mask, scale, false, dropout.rate());
                  probs = null;
                } else if (distances == null) {
                  probs = q.attentionWeights(k, mask, scale, false);
                  context = dropout.forward(probs).matmul(v);
                } else {
                  Tensor scores = q.matmul(k.transpose(-2, -1)).add(byDistance(q, k)).mul(scale);
                  probs = (mask == null ? scores : scores.add(mask)).softmax();
                  context = dropout.forward(probs).matmul(v);
                }
                Tensor merged =
                    context.permute(0, 2, 1, 3).reshape(h.dim(0), h.dim(1), config.hidden());
                TensorMap all = TensorMap.of("context", merged);
                return weights == null ? all : all.put(weightsName, probs);
              });
      if (weights != null) {
        weights.put(weightsName, result.get(weightsName));
      }
      return result.get("context");
    }

    /** Context {@code [tokens, hidden]} of sequences with these offsets. */
    Tensor packed(Tensor h, Tensor offsets) {
      return call(
          () -> {
            long heads = config.heads();
            Tensor q = query.forward(h).reshape(-1, heads, headSize); // [tokens, heads, headSize]
            Tensor k = key.forward(h).reshape(-1, heads, headSize);
            Tensor v = value.forward(h).reshape(-1, heads, headSize);
            double scale = 1 / Math.sqrt(headSize);
            return q.attentionPacked(k, v, offsets, scale, false, dropout.rate())
                .reshape(-1, config.hidden());
          });
    }

    private Tensor split(Tensor x) {
      return x.reshape(x.dim(0), x.dim(1), config.heads(), headSize).permute(0, 2, 1, 3);
    }

    /**
     * Scores from learned distance vectors: {@code sum_d q[b,h,l,d] * e[l-r,d]}, and for {@code
     * relative_key_query} also {@code sum_d k[b,h,r,d] * e[l-r,d]}; {@code [batch, heads, seq,
     * seq]}.
     */
    private Tensor byDistance(Tensor q, Tensor k) {
      long batch = q.dim(0);
      long heads = q.dim(1);
      int seq = (int) q.dim(2);
      long[] ids = new long[seq * seq];
      for (int l = 0; l < seq; l++) {
        for (int r = 0; r < seq; r++) {
          ids[l * seq + r] = l - r + config.maxPositions() - 1;
        }
      }
      Tensor e = distances.forward(Tensor.of(ids, seq, seq).to(q.device())); // [l, r, headSize]
      Tensor byQuery = q.permute(2, 0, 1, 3).reshape(seq, batch * heads, headSize); // [l, bh, d]
      Tensor scores =
          byQuery
              .matmul(e.transpose(1, 2)) // [l, bh, r]
              .permute(1, 0, 2)
              .reshape(batch, heads, seq, seq);
      if (config.positions().equals("relative_key_query")) {
        Tensor byKey = k.permute(2, 0, 1, 3).reshape(seq, batch * heads, headSize); // [r, bh, d]
        Tensor more =
            byKey
                .matmul(e.permute(1, 2, 0)) // [r, bh, l]
                .permute(1, 2, 0)
                .reshape(batch, heads, seq, seq);
        scores = scores.add(more);
      }
      return scores;
    }
  }
}
