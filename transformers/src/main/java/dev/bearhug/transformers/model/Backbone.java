package dev.bearhug.transformers.model;

import dev.bearhug.autograd.CheckpointPolicy;
import dev.bearhug.nn.Model;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.transformers.config.ModelConfig;

/** A model without head: token ids in, hidden states out. */
public abstract class Backbone extends Model {

  /** Input: token ids {@code I64 [batch, seq]}. */
  public static final String INPUT_IDS = "input_ids";

  /**
   * Input: {@code I64}, 1 at tokens and 0 at padding, {@code [batch, seq]} or {@code [batch, seq,
   * seq]}.
   */
  public static final String ATTENTION_MASK = "attention_mask";

  /** Input: {@code I64 [batch, seq]}, which of two texts a token belongs to. */
  public static final String TOKEN_TYPE_IDS = "token_type_ids";

  /** Input: {@code I64 [batch, seq]}, where a token stands. */
  public static final String POSITION_IDS = "position_ids";

  /** Output: {@code [batch, seq, hidden]}. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  /** Output: {@code [batch, hidden]}, if the backbone has a pooler. */
  public static final String POOLER_OUTPUT = "pooler_output";

  /** Prefix of the outputs before the first and after each block, {@code [batch, seq, hidden]}. */
  public static final String HIDDEN_STATES = "hidden_states.";

  /** Prefix of the attention weights of each block, {@code [batch, heads, seq, seq]}. */
  public static final String ATTENTIONS = "attentions.";

  private boolean detailed;
  private boolean padded;
  private CheckpointPolicy checkpointing = CheckpointPolicy.NONE;

  /** A backbone whose parameters come from a source. */
  protected Backbone(Params params) {
    super(params);
  }

  /** Its configuration. */
  public abstract ModelConfig config();

  /** The token embedding {@code [vocab, hidden]}, which language model heads may share. */
  public abstract Parameter tokenEmbedding();

  /** Standard deviation of first values of new weights. */
  public abstract double initializerRange();

  /** Dropout rate before a head. */
  public abstract double headDropout();

  /** Whether there is a pooled output. */
  public abstract boolean hasPooler();

  /** Asks for the hidden states and attention weights of every block among the outputs. */
  public final void setDetailed(boolean detailed) {
    this.detailed = detailed;
  }

  /** Whether hidden states and attention weights of every block are among the outputs. */
  public final boolean isDetailed() {
    return detailed;
  }

  /**
   * Asks that padding is computed like tokens are. Otherwise an encoder may leave it out, and its
   * states at padding are zero; only who reads them (a softmax over all places) needs this.
   */
  public final void setPadded(boolean padded) {
    this.padded = padded;
  }

  /** Whether padding is to be computed. */
  public final boolean isPadded() {
    return padded;
  }

  /** Chooses what is computed again during backward instead of being kept; training only. */
  public final void setCheckpointing(CheckpointPolicy policy) {
    checkpointing = policy;
  }

  /** What is computed again during backward now: nothing unless training. */
  public final CheckpointPolicy checkpointing() {
    return isTraining() ? checkpointing : CheckpointPolicy.NONE;
  }
}
