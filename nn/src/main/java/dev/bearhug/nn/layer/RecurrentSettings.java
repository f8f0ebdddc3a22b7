package dev.bearhug.nn.layer;

/**
 * Sizes and options of {@link Lstm} and {@link Gru}.
 *
 * @param inputs size of the last axis of x
 * @param hidden size of a state
 * @param layers number of layers, each reads the outputs of the one before
 * @param bias whether there are biases
 * @param batchFirst whether x is {@code [batch, time, inputs]} instead of {@code [time, batch,
 *     inputs]}; states are never
 * @param dropout probability of dropping an output between layers while training
 * @param bidirectional whether every layer also runs backwards in time
 */
public record RecurrentSettings(
    long inputs,
    long hidden,
    int layers,
    boolean bias,
    boolean batchFirst,
    double dropout,
    boolean bidirectional) {

  /** One layer in one direction with biases, x is {@code [batch, time, inputs]}. */
  public RecurrentSettings(long inputs, long hidden) {
    this(inputs, hidden, 1, true, true, 0, false);
  }

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public RecurrentSettings {
    if (inputs < 1 || hidden < 1 || layers < 1 || !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "recurrent layer: inputs "
              + inputs
              + ", hidden "
              + hidden
              + " and layers "
              + layers
              + " must be positive and dropout "
              + dropout
              + " in [0, 1).");
    }
  }

  /** Number of directions. */
  int directions() {
    return bidirectional ? 2 : 1;
  }

  /** Size of the last axis of the outputs of a layer. */
  public long outputs() {
    return hidden * directions();
  }
}
