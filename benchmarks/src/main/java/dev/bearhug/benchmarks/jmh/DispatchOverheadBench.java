package dev.bearhug.benchmarks.jmh;

import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What an op costs besides its arithmetic: the sum of two tiny tensors, not recorded. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class DispatchOverheadBench {

  private static final int CALLS = 100;

  /** Elements of each tensor. */
  @Param("16")
  public long elements;

  private Tensor a;
  private Tensor b;

  /** Makes the tensors. */
  @Setup(Level.Trial)
  public void open() {
    Inputs inputs = new Inputs(1);
    a = inputs.normal(1, elements);
    b = inputs.normal(1, elements);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    a.close();
    b.close();
  }

  /** One sum of the many that share a scope, which gives their memory back. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void add(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      for (int i = 0; i < CALLS; i++) {
        hole.consume(a.add(b));
      }
    }
  }
}
