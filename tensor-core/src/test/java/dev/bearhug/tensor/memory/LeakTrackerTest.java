package dev.bearhug.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LeakTrackerTest {

  @Test
  void theCollectorGivesBackAForgottenTensorAndCountsIt() throws Exception {
    long before = LeakTracker.leaked();
    forget();
    for (int i = 0; i < 200 && LeakTracker.leaked() == before; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(LeakTracker.leaked()).isGreaterThan(before);
  }

  private static void forget() {
    assertThat(Tensor.full(Shape.of(1000), 1, DType.F32, Device.CPU).numel()).isEqualTo(1000);
  }

  @Test
  void paranoidOverwritesFreedMemory() {
    LeakTracker.Level before = LeakTracker.level();
    LeakTracker.setLevel(LeakTracker.Level.PARANOID);
    try {
      SegmentPool pool = new SegmentPool(1 << 20);
      AllocationSite site = AllocationSite.named("leak-test");
      long address = pool.allocate(256, site);
      NativeMemory.fill(address, 256, (byte) 0);
      pool.free(address, 256, site);
      assertThat(pool.allocate(256, site)).isEqualTo(address);
      assertThat(NativeMemory.getFloat(address + 252)).isNaN();
      pool.free(address, 256, site);
      pool.trim();
    } finally {
      LeakTracker.setLevel(before);
    }
  }

  @Test
  void traceRemembersWhereALiveTensorWasMade() {
    LeakTracker.Level before = LeakTracker.level();
    LeakTracker.setLevel(LeakTracker.Level.TRACE);
    try {
      Tensor tensor = Tensor.ones(5);
      assertThat(LeakTracker.liveStacks())
          .anySatisfy(
              t ->
                  assertThat(t.getStackTrace())
                      .anyMatch(f -> f.getMethodName().startsWith("traceRemembers")));
      tensor.close();
      assertThat(LeakTracker.liveStacks())
          .noneSatisfy(
              t ->
                  assertThat(t.getStackTrace())
                      .anyMatch(f -> f.getMethodName().startsWith("traceRemembers")));
    } finally {
      LeakTracker.setLevel(before);
    }
  }
}
