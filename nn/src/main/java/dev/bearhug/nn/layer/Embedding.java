package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;

/** A table of vectors looked up by number. */
public final class Embedding extends Layer {

  /** Says that no row is for padding. */
  public static final int NO_PADDING = -1;

  private final Parameter weight;
  private final int paddingIndex;

  /**
   * A table.
   *
   * @param count number of rows
   * @param size length of a vector
   * @param paddingIndex row that gets no gradient, or {@link #NO_PADDING}
   * @param init first values
   */
  public Embedding(long count, long size, int paddingIndex, Initializer init, Params params) {
    super(params);
    this.paddingIndex = paddingIndex;
    weight = own(params.get("weight", Shape.of(count, size), init));
  }

  /** ids {@code I64 [...]} to vectors {@code [..., size]}. */
  public Tensor forward(Tensor ids) {
    return call(() -> weight.tensor().embedding(ids, paddingIndex));
  }

  /** The table {@code [count, size]}. */
  public Parameter weight() {
    return weight;
  }
}
