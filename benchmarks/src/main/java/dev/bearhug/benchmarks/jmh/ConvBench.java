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

/** Convolution along one axis, with and without its gradients. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class ConvBench {

  /** Examples. */
  @Param("8")
  public long batch;

  /** Channels of input and output. */
  @Param("768")
  public long channels;

  /** Elements per channel. */
  @Param("512")
  public long length;

  /** Elements of the kernel. */
  @Param("3")
  public long kernel;

  private Tensor x;
  private Tensor weight;
  private Tensor xLeaf;
  private Tensor weightLeaf;
  private Tensor gradient;

  /** Makes the tensors. */
  @Setup(Level.Trial)
  public void open() {
    Inputs inputs = new Inputs(1);
    x = inputs.normal(1, batch, channels, length);
    weight = inputs.normal(0.02, channels, channels, kernel);
    xLeaf = Autograd.requireGrad(inputs.normal(1, batch, channels, length));
    weightLeaf = Autograd.requireGrad(inputs.normal(0.02, channels, channels, kernel));
    gradient = inputs.normal(1, batch, channels, length - kernel + 1);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    Autograd.freeze(xLeaf);
    Autograd.freeze(weightLeaf);
    for (Tensor t : new Tensor[] {x, weight, xLeaf, weightLeaf, gradient}) {
      t.close();
    }
  }

  /** The value alone. */
  @Benchmark
  public void forward(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      hole.consume(x.conv1d(weight, null, 1, 0, 1, 1));
    }
  }

  /** The value, recorded, and its gradients. */
  @Benchmark
  public void forwardBackward(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      Tensor y = xLeaf.conv1d(weightLeaf, null, 1, 0, 1, 1);
      Autograd.backward(y, gradient);
      hole.consume(Autograd.grad(xLeaf));
      hole.consume(Autograd.grad(weightLeaf));
    }
    Autograd.zeroGrad(xLeaf);
    Autograd.zeroGrad(weightLeaf);
  }
}
