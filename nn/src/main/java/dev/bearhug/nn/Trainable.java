package dev.bearhug.nn;

import dev.bearhug.tensor.TensorMap;
import java.util.List;

/** What training needs of a model. */
public interface Trainable {

  /** Returns all parameters, frozen ones too, always in the same order. */
  List<Parameter> parameters();

  /**
   * Switches between training and evaluation; in evaluation nothing may be random.
   *
   * @param training whether dropout and the like are active
   */
  void setTraining(boolean training);

  /**
   * Runs the model.
   *
   * @param inputs the arrays of a batch as tensors, by name
   * @return outputs by name; with labels among the inputs also the loss terms, each a single number
   *     that is the mean over the labels that count
   */
  TensorMap forward(TensorMap inputs);
}
