package dev.bearhug.benchmarks.jmh;

import dev.bearhug.benchmarks.workload.BertStep;
import dev.bearhug.tensor.DType;
import dev.bearhug.transformers.config.BertConfig;
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

/**
 * BERT with a classification head in single and mixed precision: forward pass, and a step of
 * training (dropout 0.1, forward, backward, AdamW).
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.ADD_MODULES, Vm.NATIVE_ACCESS, Vm.COLLECTOR})
@State(Scope.Thread)
public class BertStepBench {

  /** Size of the model. */
  public enum Size {
    /** 2 layers of width 128. */
    TINY,
    /** 4 layers of width 256. */
    MINI,
    /** 4 layers of width 512. */
    SMALL,
    /** 12 layers of width 768. */
    BASE;

    BertConfig config() {
      return switch (this) {
        case TINY -> BertConfig.tiny(BertStep.VOCABULARY);
        case MINI -> BertConfig.mini(BertStep.VOCABULARY);
        case SMALL -> BertConfig.small(BertStep.VOCABULARY);
        case BASE -> BertConfig.base(BertStep.VOCABULARY);
      };
    }
  }

  /** Size of the model. */
  @Param("BASE")
  public Size size;

  /** Inputs per batch. */
  @Param("8")
  public int batch;

  /** Tokens per input. */
  @Param("128")
  public int seq;

  /** Single precision, or bf16 products. */
  @Param({"F32", "BF16"})
  public DType precision;

  private BertStep step;

  /** Creates the model. */
  @Setup(Level.Trial)
  public void open() {
    step = new BertStep(size.config(), batch, seq, 1, precision);
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    step.close();
  }

  /** The forward pass without dropout or gradients. */
  @Benchmark
  public double forward() {
    return step.forward();
  }

  /** One step of training. */
  @Benchmark
  public double train() {
    return step.train();
  }
}
