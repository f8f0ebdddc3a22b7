package dev.bearhug.nn.layer;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997), gates in the order input, forget,
 * cell, output: {@code c' = f c + i g}, {@code h' = o tanh(c')}.
 *
 * <p>Weights are named as in PyTorch: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code
 * bias_ih_l0}, {@code bias_hh_l0}, then {@code .._l0_reverse}, {@code .._l1} and so on; the gates
 * are blocks of rows.
 */
public final class Lstm extends RecurrentLayer {

  /** A layer with random weights in {@code 1 / sqrt(hidden)}, or those of the source. */
  public Lstm(RecurrentSettings settings, Params params) {
    super(settings, 4, 2, params);
  }

  /**
   * What a run gives.
   *
   * @param output of the last layer for every step, zero behind the end of a row {@code [batch,
   *     time, outputs]}, or {@code [time, batch, outputs]}; the directions side by side
   * @param hidden last outputs of all layers and directions {@code [layers * directions, batch,
   *     hidden]}
   * @param cell last cell states, of the same shape
   */
  public record Result(Tensor output, Tensor hidden, Tensor cell) {}

  /** Runs over whole rows from states of zero. */
  public Result forward(Tensor x) {
    return forward(x, null, null, null);
  }

  /**
   * Runs the layers.
   *
   * @param x {@code [batch, time, inputs]}, or {@code [time, batch, inputs]}
   * @param hidden first outputs {@code [layers * directions, batch, hidden]}, or null for zeros
   * @param cell first cell states, of the same shape, or null for zeros
   * @param lengths number of steps of every row {@code I64[batch]}, or null for all; backwards runs
   *     start at a row's last step
   */
  public Result forward(Tensor x, Tensor hidden, Tensor cell, Tensor lengths) {
    TensorMap out =
        callMap(
            () -> {
              Tensor[] all = run(x, new Tensor[] {hidden, cell}, lengths);
              return TensorMap.of("output", all[0], "hidden", all[1]).put("cell", all[2]);
            });
    return new Result(out.get("output"), out.get("hidden"), out.get("cell"));
  }

  @Override
  Tensor[] step(Tensor fromInput, Tensor fromState, Tensor[] state) {
    Tensor all = fromInput.add(fromState);
    Tensor inputAndForget = gate(all, 0, 2).sigmoid();
    Tensor candidate = gate(all, 2, 1).tanh();
    Tensor cell =
        gate(inputAndForget, 1, 1).mul(state[1]).add(gate(inputAndForget, 0, 1).mul(candidate));
    return new Tensor[] {gate(all, 3, 1).sigmoid().mul(cell.tanh()), cell};
  }
}
