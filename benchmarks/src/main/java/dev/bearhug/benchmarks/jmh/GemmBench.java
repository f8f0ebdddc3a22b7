package dev.bearhug.benchmarks.jmh;

import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.cpu.Gemm;
import dev.bearhug.tensor.backend.cpu.GemmOperand;
import dev.bearhug.tensor.backend.cpu.GemmSelector;
import dev.bearhug.tensor.backend.cpu.GemmShape;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/**
 * Matrix products {@code [m, k] · [k, n]} of one implementation; the counter {@code operations} is
 * in floating-point operations per second.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class GemmBench {

  /** How the operands lie in memory. */
  public enum Operands {
    /** Both row-major. */
    PLAIN,
    /** B transposed: a linear layer with its weight {@code [out, in]}. */
    LINEAR,
    /** A transposed: the gradient of such a weight. */
    WEIGHT_GRADIENT
  }

  /** Counts operations, which JMH turns into a rate. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Counter {
    /** Floating-point operations of this iteration. */
    public double operations;
  }

  /** Sizes m, n and k. */
  @Param({
    "1024x768x768",
    "1024x3072x768",
    "1024x768x3072",
    "2048x2048x2048",
    "1x768x3072",
    "16x768x3072"
  })
  public String size;

  /** Layout of the operands. */
  @Param({"LINEAR", "PLAIN", "WEIGHT_GRADIENT"})
  public Operands operands;

  /** Implementation. */
  @Param({"onednn", "vector"})
  public String gemm;

  /** Type of A and B; the result is F32. */
  @Param("F32")
  public DType dtype;

  private Gemm implementation;
  private GemmShape shape;
  private Tensor a;
  private Tensor b;
  private Tensor c;

  /** Makes the operands. */
  @Setup(Level.Trial)
  public void open() {
    String[] numbers = size.split("x");
    long m = Long.parseLong(numbers[0]);
    long n = Long.parseLong(numbers[1]);
    long k = Long.parseLong(numbers[2]);
    implementation = GemmSelector.select(gemm, WorkerPool.shared()).gemm();
    GemmOperand first =
        operands == Operands.WEIGHT_GRADIENT ? GemmOperand.columns(m) : GemmOperand.rows(k);
    GemmOperand second = operands == Operands.LINEAR ? GemmOperand.columns(k) : GemmOperand.rows(n);
    shape =
        GemmShape.of(m, n, k)
            .withLayouts(first, second, GemmOperand.rows(n))
            .withTypes(dtype, dtype, DType.F32);
    Inputs inputs = new Inputs(1);
    a = inputs.normal(dtype, 1, m, k);
    b = inputs.normal(dtype, 1, k, n);
    c = inputs.constant(0, m, n);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    a.close();
    b.close();
    c.close();
  }

  /** One product; its result is memory that the compiler does not see through. */
  @Benchmark
  public void product(Counter counter) {
    implementation.matmul(shape, a.address(), b.address(), 0, c.address());
    counter.operations += shape.flops();
  }
}
