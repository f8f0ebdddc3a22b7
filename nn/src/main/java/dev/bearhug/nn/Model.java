package dev.bearhug.nn;

import dev.bearhug.tensor.TensorMap;

/** A layer with named inputs and outputs that can be trained and saved as a whole. */
public abstract class Model extends Layer implements Trainable {

  /** A model whose parameters come from a source. */
  protected Model(Params params) {
    super(params);
  }

  /**
   * Runs the model.
   *
   * @param inputs named tensors; which ones is up to the model
   * @return named outputs; with labels among the inputs also {@code loss}
   */
  @Override
  public abstract TensorMap forward(TensorMap inputs);
}
