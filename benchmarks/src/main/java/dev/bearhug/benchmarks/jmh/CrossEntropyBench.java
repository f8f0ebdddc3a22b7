package dev.bearhug.benchmarks.jmh;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.tensor.Tensor;
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
import org.openjdk.jmh.infra.Blackhole;

/** Mean cross entropy of logits and classes, with and without its gradient. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class CrossEntropyBench {

  /** Rows. */
  @Param("1024")
  public long rows;

  /** Classes. */
  @Param({"30522", "2"})
  public long cols;

  private Tensor x;
  private Tensor leaf;
  private Tensor target;

  /** Makes the tensors. */
  @Setup(Level.Trial)
  public void open() {
    Inputs inputs = new Inputs(1);
    x = inputs.normal(1, rows, cols);
    leaf = Autograd.requireGrad(inputs.normal(1, rows, cols));
    target = inputs.indices(cols, rows);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    Autograd.freeze(leaf);
    x.close();
    leaf.close();
    target.close();
  }

  /** The value alone. */
  @Benchmark
  public void forward(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      hole.consume(x.crossEntropy(target));
    }
  }

  /** The value, recorded, and its gradient. */
  @Benchmark
  public void forwardBackward(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      Tensor y = leaf.crossEntropy(target);
      Autograd.backward(y);
      hole.consume(Autograd.grad(leaf));
    }
    Autograd.zeroGrad(leaf);
  }
}
