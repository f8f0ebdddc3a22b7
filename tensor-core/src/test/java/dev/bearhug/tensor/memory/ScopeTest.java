package dev.bearhug.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ReleasedTensorException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScopeTest {

  @Test
  void innerScopesReleaseTheirOwnTensorsOnly() {
    try (Scope outer = Scope.open("outer")) {
      Tensor a = Tensor.ones(2);
      Tensor kept;
      Tensor b;
      try (Scope inner = Scope.open("inner")) {
        assertThat(Scope.current()).isSameAs(inner);
        b = Tensor.ones(3);
        kept = inner.keep(Tensor.ones(4));
      }
      assertThat(Scope.current()).isSameAs(outer);
      assertThat(a.isReleased()).isFalse();
      assertThat(b.isReleased()).isTrue();
      assertThat(kept.isReleased()).isFalse();
      assertThat(kept.scope()).isSameAs(outer);
    }
    assertThat(Scope.current()).isNull();
  }

  @Test
  void anExceptionReleasesEverything() {
    AtomicReference<Tensor> made = new AtomicReference<>();
    assertThatThrownBy(
            () -> {
              try (Scope scope = Scope.open("failing")) {
                made.set(Tensor.ones(2));
                throw new IllegalStateException("stop in " + scope.name());
              }
            })
        .hasMessage("stop in failing");
    assertThat(made.get().isReleased()).isTrue();
    assertThat(Scope.current()).isNull();
  }

  @Test
  void aResourceThatFailsToCloseDoesNotKeepTheTensors() {
    Scope scope = Scope.open("failing");
    Tensor tensor = Tensor.ones(2);
    scope.setResource(
        new Scope.Resource() {
          @Override
          public void release() {
            throw new IllegalStateException("tape");
          }

          @Override
          public void moveTo(Scope parent) {
            throw new AssertionError("not kept");
          }
        });
    assertThatThrownBy(scope::close).hasMessage("tape");
    assertThat(tensor.isReleased()).isTrue();
    assertThat(scope.isClosed()).isTrue();
  }

  @Test
  void closingTheOuterFirstIsRefused() {
    try (Scope outer = Scope.open("outer");
        Scope inner = Scope.open("inner")) {
      assertThatThrownBy(outer::close)
          .hasMessage(
              "scope \"outer\" is closed before the scope \"inner\" opened inside it. Use"
                  + " try-with-resources.");
      assertThat(inner.isClosed()).isFalse();
    }
    assertThat(Scope.current()).isNull();
  }

  @Test
  void anotherThreadIsRefused() throws Exception {
    try (Scope scope = Scope.open("mine")) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                assertThat(Scope.current()).isNull();
                scope.close();
              },
              "stranger");
      other.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
      other.start();
      other.join();
      assertThat(thrown.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("scope \"mine\" belongs to thread ")
          .hasMessageEndingWith("was used on stranger. Open one scope per thread.");
    }
  }

  @Test
  void detachedTensorsOutliveTheScope() {
    Tensor free;
    try (Scope scope = Scope.open("step")) {
      try (Scope.Detached outside = Scope.detach()) {
        assertThat(Scope.current()).isNull();
        free = Tensor.ones(2);
      }
      assertThat(Scope.current()).isSameAs(scope);
    }
    assertThat(free.isReleased()).isFalse();
    free.close();
    free.close();
    assertThat(free.isReleased()).isTrue();
  }

  @Test
  void usingAReleasedTensorTellsHowItWasReleased() {
    Tensor byClose = Tensor.ones(2);
    byClose.close();
    assertThatThrownBy(byClose::toFloatArray)
        .isInstanceOf(ReleasedTensorException.class)
        .hasMessageContaining("F32[2] was released by close() and is used again.");
    try (Scope scope = Scope.open("open")) {
      Tensor early = Tensor.ones(3);
      early.close();
      assertThatThrownBy(early::toFloatArray)
          .hasMessageContaining("F32[3] was released by close() and is used again.");
      assertThat(early.scope()).isSameAs(scope);
    }
  }

  @Test
  void aViewKeepsTheMemoryOfAClosedTensor() {
    Tensor base = Tensor.of(new float[] {1, 2, 3});
    Tensor view = base.detach();
    base.close();
    assertThat(view.toFloatArray()).containsExactly(1, 2, 3);
    view.close();
  }
}
