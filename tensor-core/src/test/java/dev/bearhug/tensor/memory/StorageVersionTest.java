package dev.bearhug.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.InputForm;
import dev.bearhug.tensor.op.OpCase;
import dev.bearhug.tensor.op.OpCases;
import dev.bearhug.tensor.op.std.AccumulateOp;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What was derived from a storage can see whether it is out of date. */
class StorageVersionTest {

  private static void assertChangedBy(Tensor t, Runnable action) {
    int before = t.storage().version();
    action.run();
    assertThat(t.storage().version()).isNotEqualTo(before);
  }

  private static void assertUnchangedBy(Tensor t, Runnable action) {
    int before = t.storage().version();
    action.run();
    assertThat(t.storage().version()).isEqualTo(before);
  }

  @Test
  void countsEveryWriteOfTheHost() {
    try (Scope scope = Scope.open("version")) {
      Tensor t = Tensor.of(new float[] {1, 2});
      assertChangedBy(t, () -> t.fill(3));
      assertChangedBy(t, () -> t.assign(Tensor.of(new float[] {5, 6})));
      assertChangedBy(t, () -> t.segment().fill((byte) 0));
      Tensor other = Tensor.of(new float[] {7, 8});
      assertChangedBy(t, () -> TensorFiles.read(TensorFiles.toEntry("other", other), t));
      assertThat(t.toFloatArray()).containsExactly(7, 8);
    }
  }

  @Test
  void isSharedByViews() {
    try (Scope scope = Scope.open("version")) {
      Tensor t = Tensor.zeros(2, 3);
      assertChangedBy(t, () -> t.reshape(6).fill(1));
      Tensor rows = t.slice(0, 0, 1);
      assertChangedBy(
          t, () -> Dispatcher.apply(AccumulateOp.INSTANCE, 1.0, rows, Tensor.ones(1, 3)));
    }
  }

  @Test
  void staysWhenBytesAreOnlyRead() {
    try (Scope scope = Scope.open("version")) {
      Tensor t = Tensor.of(new float[] {1, 2});
      assertUnchangedBy(
          t,
          () -> {
            t.toFloatArray();
            t.add(t).sum().item();
            TensorFiles.toEntry("t", t);
            t.view(t.layout()).close();
          });
    }
  }

  static Stream<OpCase> mutating() {
    return OpCases.all().stream().filter(c -> c.op().spec().mutates());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutating")
  void countsInputsThatAnOpChangesAndNoOthers(OpCase c) {
    try (Scope scope = Scope.open("version")) {
      Tensor[] in = c.tensors(Device.CPU, DType.F32, InputForm.ROW_MAJOR);
      int[] before = new int[in.length];
      for (int i = 0; i < in.length; i++) {
        before[i] = in[i] == null ? 0 : in[i].storage().version();
      }
      c.apply(in);
      for (int i = 0; i < in.length; i++) {
        if (in[i] != null) {
          assertThat(in[i].storage().version() != before[i])
              .as("%s, input %d", c, i)
              .isEqualTo(c.op().spec().mutates(i));
        }
      }
    }
  }
}
