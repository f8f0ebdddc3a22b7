package dev.bearhug.autograd;

/** What a model forgets after the forward pass and computes once more in the backward pass. */
public enum CheckpointPolicy {
  /** Nothing. */
  NONE,
  /** Outputs of ops that cost little besides memory: activation functions and normalisation. */
  MEMORY_BOUND_OPS,
  /** Everything inside a block but its input: least memory, about a third more time. */
  EACH_BLOCK
}
