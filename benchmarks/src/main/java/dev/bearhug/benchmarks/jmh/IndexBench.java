package dev.bearhug.benchmarks.jmh;

import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.tensor.Indexing;
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

/** Rows of a table read, added and replaced by number, at the sizes of an embedding. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class IndexBench {

  /** Rows of the table. */
  @Param("30522")
  public long vocabulary;

  /** Rows that are read or written. */
  @Param("4096")
  public long rows;

  /** Elements per row. */
  @Param("768")
  public long cols;

  private Tensor table;
  private Tensor index;
  private Tensor source;

  /** Makes the tensors. */
  @Setup(Level.Trial)
  public void open() {
    Inputs inputs = new Inputs(1);
    table = inputs.normal(1, vocabulary, cols);
    index = inputs.indices(vocabulary, rows);
    source = inputs.normal(1, rows, cols);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    table.close();
    index.close();
    source.close();
  }

  /** Rows of the table. */
  @Benchmark
  public void select(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      hole.consume(table.indexSelect(0, index));
    }
  }

  /** A copy of the table with rows added. */
  @Benchmark
  public void add(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      hole.consume(Indexing.indexAdd(table, 0, index, source, 1));
    }
  }

  /** A copy of the table with rows replaced. */
  @Benchmark
  public void replace(Blackhole hole) {
    try (dev.bearhug.tensor.memory.Scope scope = dev.bearhug.tensor.memory.Scope.open("bench")) {
      hole.consume(Indexing.indexCopy(table, 0, index, source));
    }
  }
}
