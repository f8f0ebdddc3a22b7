package dev.bearhug.nn;

import dev.bearhug.tensor.Tensor;

/** A tensor of a model that is saved and loaded under its path. */
public interface StateTensor {

  /** Full name in the model; equals the key in Hugging Face checkpoints. */
  String path();

  /** The value. */
  Tensor tensor();
}
