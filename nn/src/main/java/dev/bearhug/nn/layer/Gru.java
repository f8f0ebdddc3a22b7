package dev.bearhug.nn.layer;

import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.TensorMap;

/**
 * Gated recurrent units (Cho et al., 2014) in the form with the reset gate behind the product,
 * gates in the order reset, update, new: {@code n = tanh(W x + b + r (U h + d))}, {@code h' = (1 -
 * z) n + z h}.
 *
 * <p>Weights are named as in PyTorch: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code
 * bias_ih_l0}, {@code bias_hh_l0}, then {@code .._l0_reverse}, {@code .._l1} and so on; the gates
 * are blocks of rows.
 */
public final class Gru extends RecurrentLayer {

  /** A layer with random weights in {@code 1 / sqrt(hidden)}, or those of the source. */
  public Gru(RecurrentSettings settings, Params params) {
    super(settings, 3, 1, params);
  }

  /**
   * What a run gives.
   *
   * @param output of the last layer for every step, zero behind the end of a row {@code [batch,
   *     time, outputs]}, or {@code [time, batch, outputs]}; the directions side by side
   * @param hidden last outputs of all layers and directions {@code [layers * directions, batch,
   *     hidden]}
   */
  public record Result(Tensor output, Tensor hidden) {}

  /** Runs over whole rows from states of zero. */
  public Result forward(Tensor x) {
    return forward(x, null, null);
  }

  /**
   * Runs the layers.
   *
   * @param x {@code [batch, time, inputs]}, or {@code [time, batch, inputs]}
   * @param hidden first outputs {@code [layers * directions, batch, hidden]}, or null for zeros
   * @param lengths number of steps of every row {@code I64[batch]}, or null for all; backwards runs
   *     start at a row's last step
   */
  public Result forward(Tensor x, Tensor hidden, Tensor lengths) {
    TensorMap out =
        callMap(
            () -> {
              Tensor[] all = run(x, new Tensor[] {hidden}, lengths);
              return TensorMap.of("output", all[0], "hidden", all[1]);
            });
    return new Result(out.get("output"), out.get("hidden"));
  }

  @Override
  Tensor[] step(Tensor fromInput, Tensor fromState, Tensor[] state) {
    Tensor gates = gate(fromInput, 0, 2).add(gate(fromState, 0, 2)).sigmoid();
    Tensor reset = gate(gates, 0, 1);
    Tensor update = gate(gates, 1, 1);
    Tensor fresh = gate(fromInput, 2, 1).add(reset.mul(gate(fromState, 2, 1))).tanh();
    return new Tensor[] {fresh.add(update.mul(state[0].sub(fresh)))};
  }
}
