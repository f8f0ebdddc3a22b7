package dev.bearhug.benchmarks.compare;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.benchmarks.workload.AdamWStep;
import dev.bearhug.benchmarks.workload.BertStep;
import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.benchmarks.workload.Workload;
import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.cpu.GemmSelector;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.SegmentPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** This engine's side of the comparison, and the program of its child process. */
final class EngineWorkloads implements WorkloadSource {

  private static final long COPY_BYTES = 256L << 20;
  private static final long COPY_GRAIN = 1L << 20;

  /** Serves requests on standard input. */
  public static void main(String[] args) throws IOException {
    Worker.serve(new EngineWorkloads());
  }

  @Override
  public String describe() {
    return "Bearhug, "
        + GemmSelector.shared().gemm().description()
        + ", Java "
        + System.getProperty("java.version");
  }

  @Override
  public Workload open(String name, String dtype) {
    DType type = DType.valueOf(dtype.equals("bytes") ? "F32" : dtype.toUpperCase(Locale.ROOT));
    if (name.startsWith(Cases.REAL_LENGTHS)) {
      return new RealLengthsStep(TextSet.read(name.substring(Cases.REAL_LENGTHS.length())), type);
    }
    if (name.startsWith("bert-base-")) {
      return bert(name.startsWith("bert-base-train") ? BertStep::train : BertStep::forward, type);
    }
    long[] sizes = Cases.sizes(name);
    boolean gradient = name.contains("-gradient-");
    String op = name.replaceAll("(-gradient)?-[0-9].*", "");
    return switch (op) {
      case "layer-norm" -> layerNorm(gradient, type, sizes);
      case "softmax" -> elementwise(gradient, Tensor::softmax, type, sizes);
      case "gelu" -> elementwise(gradient, Tensor::gelu, type, sizes);
      case "cross-entropy" -> crossEntropy(gradient, sizes);
      case "embedding" -> embedding(gradient);
      case "attention" -> attention(type, sizes);
      case "adamw" -> new AdamWStep(Cases.ADAMW_COUNT, 3072, 768);
      case "dispatch-add" -> add();
      case "matmul", "ceiling-matmul" -> matmul(type, sizes);
      case "ceiling-copy" -> copy();
      default -> throw new IllegalArgumentException("engine: unknown case " + name + ".");
    };
  }

  /** Largest memory of tensors since the process started. */
  static Map<String, Double> tensorPeak() {
    return Map.of("tensor_peak_bytes", (double) SegmentPool.SHARED.stats().peak());
  }

  /** What is done with a model. */
  private interface BertWork {
    double apply(BertStep step);
  }

  private static Workload bert(BertWork work, DType precision) {
    BertStep step = BertStep.base8x128(precision);
    return new Workload() {
      @Override
      public void run() {
        if (!Double.isFinite(work.apply(step))) {
          throw new IllegalStateException("engine: the result of BERT is not finite.");
        }
      }

      @Override
      public Map<String, Double> facts() {
        return tensorPeak();
      }

      @Override
      public void close() {
        step.close();
      }
    };
  }

  private static Workload elementwise(
      boolean gradient, UnaryOperator<Tensor> op, DType type, long[] shape) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(type, 1, shape)));
    Tensor g = w.own(w.inputs.normal(type, 1, shape));
    return w.of(() -> op.apply(x), g);
  }

  private static Workload layerNorm(boolean gradient, DType type, long[] shape) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(type, 1, shape)));
    Tensor weight = w.leaf(w.own(w.inputs.normal(type, 1, shape[1])));
    Tensor bias = w.leaf(w.own(w.inputs.normal(type, 1, shape[1])));
    Tensor g = w.own(w.inputs.normal(type, 1, shape));
    return w.of(() -> x.layerNorm(weight, bias, 1e-12), g);
  }

  private static Workload crossEntropy(boolean gradient, long[] shape) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(1, shape)));
    Tensor target = w.own(w.inputs.indices(shape[1], shape[0]));
    Tensor g = w.own(w.inputs.constant(1));
    return w.of(() -> x.crossEntropy(target), g);
  }

  private static Workload embedding(boolean gradient) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor table = w.leaf(w.own(w.inputs.normal(1, Cases.VOCABULARY, 768)));
    Tensor ids = w.own(w.inputs.indices(Cases.VOCABULARY, Cases.BATCH, Cases.SEQ));
    Tensor g = w.own(w.inputs.normal(1, Cases.BATCH, Cases.SEQ, 768));
    return w.of(() -> table.embedding(ids), g);
  }

  private static Workload attention(DType type, long[] shape) {
    OpWorkload w = new OpWorkload(true);
    Tensor q = w.leaf(w.own(w.inputs.normal(type, 1, shape)));
    Tensor k = w.leaf(w.own(w.inputs.normal(type, 1, shape)));
    Tensor v = w.leaf(w.own(w.inputs.normal(type, 1, shape)));
    Tensor g = w.own(w.inputs.normal(type, 1, shape));
    return w.of(() -> q.attention(k, v, null, 0.125, false, 0), g);
  }

  /** Sizes m, n and k: a linear layer. */
  private static Workload matmul(DType type, long[] sizes) {
    OpWorkload w = new OpWorkload(false);
    Tensor x = w.own(w.inputs.normal(type, 1, sizes[0], sizes[2]));
    Tensor weight = w.own(w.inputs.normal(type, 1, sizes[1], sizes[2]));
    return w.of(() -> x.linear(weight, null), null);
  }

  private static Workload add() {
    OpWorkload w = new OpWorkload(false);
    Tensor a = w.own(w.inputs.normal(1, 16));
    Tensor b = w.own(w.inputs.normal(1, 16));
    return w.of(
        () -> {
          Tensor sum = null;
          for (int i = 0; i < Cases.TINY_CALLS; i++) {
            sum = a.add(b);
          }
          return sum;
        },
        null);
  }

  private static Workload copy() {
    OpWorkload w = new OpWorkload(false);
    Tensor source = w.own(w.inputs.constant(1, COPY_BYTES / 4));
    Tensor target = w.own(w.inputs.constant(0, COPY_BYTES / 4));
    return w.of(
        () -> {
          WorkerPool.shared()
              .parallelFor(
                  COPY_BYTES,
                  COPY_GRAIN,
                  (from, to) ->
                      NativeMemory.copy(
                          source.address() + from, target.address() + from, to - from));
          return target;
        },
        null);
  }

  /** One op, alone or with its gradient, in a scope of its own. */
  private static final class OpWorkload {
    private final Inputs inputs = new Inputs(1);
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> leaves = new ArrayList<>();
    private final boolean gradient;

    OpWorkload(boolean gradient) {
      this.gradient = gradient;
    }

    Tensor own(Tensor t) {
      owned.add(t);
      return t;
    }

    Tensor leaf(Tensor t) {
      if (gradient) {
        leaves.add(Autograd.requireGrad(t));
      }
      return t;
    }

    Workload of(Supplier<Tensor> op, Tensor seed) {
      return new Workload() {
        @Override
        public void run() {
          try (Scope scope = Scope.open("benchmark")) {
            Tensor y = op.get();
            if (gradient) {
              Autograd.backward(y, seed);
            }
          }
          leaves.forEach(Autograd::zeroGrad);
        }

        @Override
        public Map<String, Double> facts() {
          return tensorPeak();
        }

        @Override
        public void close() {
          leaves.forEach(Autograd::freeze);
          owned.forEach(Tensor::close);
        }
      };
    }
  }
}
