package dev.bearhug.nn.layer;

import dev.bearhug.nn.Initializer;
import dev.bearhug.nn.Layer;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * What recurrent layers share: weights with PyTorch's names, layers and directions, and the walk
 * over time. The product of all inputs with the weights of a direction is one matrix product.
 */
abstract class RecurrentLayer extends Layer {

  /** Weights of one layer in one direction; the biases may be null. */
  record Weights(Parameter input, Parameter state, Parameter inputBias, Parameter stateBias) {}

  private final RecurrentSettings settings;
  private final List<Weights> weights = new ArrayList<>();
  private final int gates;
  private final int states;

  /**
   * A layer with weights drawn from {@code [-b, b)}, {@code b = 1 / sqrt(hidden)}.
   *
   * @param gates number of blocks of rows in the weights
   * @param states number of tensors a state consists of; the first is the output
   */
  RecurrentLayer(RecurrentSettings settings, int gates, int states, Params params) {
    super(params);
    this.settings = settings;
    this.gates = gates;
    this.states = states;
    for (int layer = 0; layer < settings.layers(); layer++) {
      for (int direction = 0; direction < settings.directions(); direction++) {
        long inputs = layer == 0 ? settings.inputs() : settings.outputs();
        String suffix = "_l" + layer + (direction == 1 ? "_reverse" : "");
        weights.add(create(inputs, suffix, params));
      }
    }
  }

  private Weights create(long inputs, String suffix, Params params) {
    long hidden = settings.hidden();
    long rows = gates * hidden;
    Initializer init = Initializer.uniform(1 / Math.sqrt(hidden));
    return new Weights(
        own(params.get("weight_ih" + suffix, Shape.of(rows, inputs), init)),
        own(params.get("weight_hh" + suffix, Shape.of(rows, hidden), init)),
        settings.bias() ? own(params.get("bias_ih" + suffix, Shape.of(rows), init)) : null,
        settings.bias() ? own(params.get("bias_hh" + suffix, Shape.of(rows), init)) : null);
  }

  private static Tensor value(Parameter p) {
    return p == null ? null : p.tensor();
  }

  /**
   * One step.
   *
   * @param fromInput product of the inputs with their weights, plus bias {@code [batch, gates *
   *     hidden]}
   * @param fromState product of the last output with its weights, plus bias, of the same shape
   * @param state the last state, each part {@code [batch, hidden]}
   * @return the next state
   */
  abstract Tensor[] step(Tensor fromInput, Tensor fromState, Tensor[] state);

  /** Gate number {@code i}, or several from {@code i} on. */
  final Tensor gate(Tensor all, int i, int count) {
    long h = settings.hidden();
    return all.slice(1, i * h, (i + count) * h);
  }

  /**
   * Runs all layers.
   *
   * @param x inputs
   * @param initial parts of the first states {@code [layers * directions, batch, hidden]}, or null
   *     for zeros
   * @param lengths number of steps of every row {@code I64[batch]}, or null for all
   * @return the outputs of the last layer, then the parts of the last states
   */
  final Tensor[] run(Tensor x, Tensor[] initial, Tensor lengths) {
    check(x, initial, lengths);
    Tensor sequence = settings.batchFirst() ? x.transpose(0, 1) : x;
    Tensor[] present = present(sequence, lengths);
    List<List<Tensor>> last = new ArrayList<>();
    for (int part = 0; part < states; part++) {
      last.add(new ArrayList<>());
    }
    for (int layer = 0; layer < settings.layers(); layer++) {
      if (layer > 0 && isTraining()) {
        sequence = sequence.dropout(settings.dropout());
      }
      Tensor[] directions = new Tensor[settings.directions()];
      for (int direction = 0; direction < directions.length; direction++) {
        int number = layer * directions.length + direction;
        Tensor[] state = first(initial, number, sequence);
        directions[direction] = walk(sequence, weights.get(number), state, present, direction == 1);
        for (int part = 0; part < states; part++) {
          last.get(part).add(state[part]);
        }
      }
      sequence = directions.length == 1 ? directions[0] : Tensor.cat(2, directions);
    }
    Tensor[] result = new Tensor[1 + states];
    result[0] = settings.batchFirst() ? sequence.transpose(0, 1) : sequence;
    for (int part = 0; part < states; part++) {
      result[1 + part] = Tensor.stack(0, last.get(part).toArray(new Tensor[0]));
    }
    return result;
  }

  private void check(Tensor x, Tensor[] initial, Tensor lengths) {
    if (x.rank() != 3 || x.dim(2) != settings.inputs()) {
      throw new ShapeException(
          "recurrent",
          "x is "
              + x.shape()
              + " but must be "
              + (settings.batchFirst() ? "[batch, time, " : "[time, batch, ")
              + settings.inputs()
              + "].");
    }
    long batch = x.dim(settings.batchFirst() ? 0 : 1);
    Shape state =
        Shape.of((long) settings.layers() * settings.directions(), batch, settings.hidden());
    for (Tensor t : initial) {
      if (t != null && !t.shape().equals(state)) {
        throw new ShapeException(
            "recurrent",
            "an initial state is "
                + t.shape()
                + " but must be "
                + state
                + ": layers times directions, batch, hidden.");
      }
    }
    if (lengths != null && !lengths.shape().equals(Shape.of(batch))) {
      throw new ShapeException(
          "recurrent",
          "lengths are " + lengths.shape() + " but must be [" + batch + "]: one per row of x.");
    }
  }

  /** For every step which rows still have an input {@code [batch, 1]}; null without lengths. */
  private static Tensor[] present(Tensor sequence, Tensor lengths) {
    if (lengths == null) {
      return null;
    }
    Tensor[] present = new Tensor[Math.toIntExact(sequence.dim(0))];
    for (int t = 0; t < present.length; t++) {
      Tensor step = Tensor.scalar(t, lengths.dtype(), lengths.device());
      present[t] = lengths.gt(step).unsqueeze(1);
    }
    return present;
  }

  private Tensor[] first(Tensor[] initial, int number, Tensor sequence) {
    Tensor[] state = new Tensor[states];
    for (int part = 0; part < states; part++) {
      state[part] =
          initial[part] == null
              ? Tensor.full(
                  Shape.of(sequence.dim(1), settings.hidden()),
                  0,
                  sequence.dtype(),
                  sequence.device())
              : initial[part].select(0, number);
    }
    return state;
  }

  /** Walks over time, leaves the last state in {@code state}, and returns the outputs. */
  private Tensor walk(
      Tensor sequence, Weights w, Tensor[] state, Tensor[] present, boolean backwards) {
    Tensor projected = sequence.linear(w.input().tensor(), value(w.inputBias()));
    Tensor[] outputs = new Tensor[Math.toIntExact(sequence.dim(0))];
    Tensor zero = Tensor.scalar(0, sequence.dtype(), sequence.device());
    for (int i = 0; i < outputs.length; i++) {
      int t = backwards ? outputs.length - 1 - i : i;
      Tensor fromState = state[0].linear(w.state().tensor(), value(w.stateBias()));
      Tensor[] next = step(projected.select(0, t), fromState, state);
      outputs[t] = next[0];
      if (present != null) {
        // Rows that have ended keep their state; their outputs are zero.
        outputs[t] = Tensor.where(present[t], next[0], zero);
        for (int part = 0; part < states; part++) {
          next[part] = Tensor.where(present[t], next[part], state[part]);
        }
      }
      System.arraycopy(next, 0, state, 0, states);
    }
    return Tensor.stack(0, outputs);
  }
}
