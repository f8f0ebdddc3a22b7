package dev.bearhug.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.Params;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.RandomTensors;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import org.junit.jupiter.api.Test;

class RecurrentTest {

  private static final RecurrentSettings DEEP = new RecurrentSettings(3, 4, 2, true, true, 0, true);

  private static Tensor random(long... shape) {
    return RandomTensors.normal(Shape.of(shape), 0, 1, new RandomSource(7));
  }

  @Test
  void weightsHaveTheNamesOfCheckpoints() {
    try (Lstm lstm = new Lstm(DEEP, Params.random(1, Device.CPU).sub("encoder"))) {
      assertThat(lstm.parameters().stream().map(Parameter::path))
          .startsWith("encoder.weight_ih_l0", "encoder.weight_hh_l0", "encoder.bias_ih_l0")
          .contains("encoder.weight_ih_l1_reverse", "encoder.bias_hh_l1")
          .hasSize(16);
      assertThat(lstm.parameters().get(8).tensor().shape()).isEqualTo(Shape.of(16, 8));
    }
  }

  @Test
  void rowsOfDifferentLengthsGiveWhatEachGivesAlone() {
    try (Scope scope = Scope.open("test");
        Lstm lstm = new Lstm(DEEP, Params.random(1, Device.CPU));
        Gru gru = new Gru(DEEP, Params.random(2, Device.CPU))) {
      Tensor x = random(2, 5, 3);
      Tensor lengths = Tensor.of(new long[] {5, 2});
      Tensor shortRow = x.slice(0, 1, 2).slice(1, 0, 2);
      Lstm.Result both = lstm.forward(x, null, null, lengths);
      Lstm.Result alone = lstm.forward(shortRow);
      close(both.output().slice(0, 1, 2).slice(1, 0, 2), alone.output());
      assertThat(both.output().slice(0, 1, 2).slice(1, 2, 5).toFloatArray()).containsOnly(0);
      close(both.hidden().slice(1, 1, 2), alone.hidden());
      close(both.cell().slice(1, 1, 2), alone.cell());
      Gru.Result packed = gru.forward(x, null, lengths);
      Gru.Result single = gru.forward(shortRow);
      close(packed.output().slice(0, 1, 2).slice(1, 0, 2), single.output());
      close(packed.hidden().slice(1, 1, 2), single.hidden());
    }
  }

  @Test
  void aRunContinuesFromTheStatesOfTheOneBefore() {
    RecurrentSettings settings = new RecurrentSettings(3, 4, 2, false, false, 0, false);
    try (Scope scope = Scope.open("test");
        Lstm lstm = new Lstm(settings, Params.random(1, Device.CPU));
        Gru gru = new Gru(settings, Params.random(2, Device.CPU))) {
      Tensor x = random(6, 2, 3);
      Lstm.Result whole = lstm.forward(x);
      Lstm.Result first = lstm.forward(x.slice(0, 0, 2));
      Lstm.Result rest = lstm.forward(x.slice(0, 2, 6), first.hidden(), first.cell(), null);
      close(rest.output(), whole.output().slice(0, 2, 6));
      close(rest.cell(), whole.cell());
      Gru.Result all = gru.forward(x);
      Gru.Result start = gru.forward(x.slice(0, 0, 2));
      close(
          gru.forward(x.slice(0, 2, 6), start.hidden(), null).output(),
          all.output().slice(0, 2, 6));
    }
  }

  @Test
  void gradientsOfRowsOfDifferentLengthsAreThoseOfEachAlone() {
    try (Scope scope = Scope.open("test");
        Lstm lstm = new Lstm(DEEP, Params.random(1, Device.CPU))) {
      Tensor x = Autograd.requireGrad(random(2, 5, 3));
      Tensor hidden = Autograd.requireGrad(random(4, 2, 4));
      Tensor cell = Autograd.requireGrad(random(4, 2, 4).mul(0.5).copy());
      Tensor shortRow = Autograd.requireGrad(x.detach().slice(0, 1, 2).slice(1, 0, 2).copy());
      Tensor shortHidden = Autograd.requireGrad(hidden.detach().slice(1, 1, 2).copy());
      Tensor shortCell = Autograd.requireGrad(cell.detach().slice(1, 1, 2).copy());
      Tensor[] both = gradients(lstm, x, hidden, cell, Tensor.of(new long[] {5, 2}));
      Tensor[] alone = gradients(lstm, shortRow, shortHidden, shortCell, null);
      close(both[0].slice(0, 1, 2).slice(1, 0, 2), alone[0]);
      assertThat(both[0].slice(0, 1, 2).slice(1, 2, 5).toFloatArray()).containsOnly(0);
      close(both[1].slice(1, 1, 2), alone[1]);
      close(both[2].slice(1, 1, 2), alone[2]);
    }
  }

  private static Tensor[] gradients(
      Lstm lstm, Tensor x, Tensor hidden, Tensor cell, Tensor lengths) {
    Lstm.Result r = lstm.forward(x, hidden, cell, lengths);
    Tensor loss = r.output().square().sum().add(r.hidden().sum()).add(r.cell().square().sum());
    return Autograd.gradients(loss, Tensor.scalar(1, loss.dtype(), loss.device()), x, hidden, cell);
  }

  @Test
  void dropoutActsBetweenLayersWhileTraining() {
    RecurrentSettings settings = new RecurrentSettings(3, 16, 2, true, true, 0.5, false);
    try (Scope scope = Scope.open("test");
        Gru gru = new Gru(settings, Params.random(1, Device.CPU))) {
      Tensor x = random(2, 4, 3);
      float[] evaluated = gru.forward(x).output().toFloatArray();
      assertThat(gru.forward(x).output().toFloatArray()).isEqualTo(evaluated);
      gru.setTraining(true);
      try (RandomSource.Use use = RandomSource.use(new RandomSource(5))) {
        assertThat(gru.forward(x).output().toFloatArray()).isNotEqualTo(evaluated);
      }
    }
  }

  @Test
  void misfitsAreRefused() {
    try (Scope scope = Scope.open("test");
        Gru gru = new Gru(new RecurrentSettings(3, 4), Params.random(1, Device.CPU))) {
      assertThatThrownBy(() -> gru.forward(Tensor.zeros(2, 5, 4)))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("recurrent: x is [2, 5, 4] but must be [batch, time, 3].");
      assertThatThrownBy(() -> gru.forward(Tensor.zeros(2, 5, 3), Tensor.zeros(2, 4), null))
          .hasMessageContaining(
              "recurrent: an initial state is [2, 4] but must be [1, 2, 4]: layers times"
                  + " directions, batch, hidden.");
      assertThatThrownBy(
              () -> gru.forward(Tensor.zeros(2, 5, 3), null, Tensor.of(new long[] {5, 4, 3})))
          .hasMessageContaining("recurrent: lengths are [3] but must be [2]: one per row of x.");
      assertThatThrownBy(() -> new RecurrentSettings(3, 0))
          .hasMessage(
              "recurrent layer: inputs 3, hidden 0 and layers 1 must be positive and dropout 0.0 in"
                  + " [0, 1).");
    }
  }

  private static void close(Tensor have, Tensor want) {
    assertThat(have.shape()).isEqualTo(want.shape());
    assertThat(have.toFloatArray())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(want.toFloatArray());
  }
}
