package dev.bearhug.benchmarks.jmh;

import dev.bearhug.benchmarks.workload.AdamWStep;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One step of AdamW over several parameters of one shape. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class AdamWBench {

  /** Number of parameters. */
  @Param("12")
  public int count;

  /** Rows of each. */
  @Param("3072")
  public long rows;

  /** Columns of each. */
  @Param("768")
  public long cols;

  private AdamWStep step;

  /** Makes parameters and gradients. */
  @Setup(Level.Trial)
  public void open() {
    step = new AdamWStep(count, rows, cols);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    step.close();
  }

  /** Updates every parameter; the weights are memory that the compiler does not see through. */
  @Benchmark
  public void update() {
    step.run();
  }
}
