package dev.bearhug.benchmarks.compare;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.benchmarks.workload.AdamWStep;
import dev.bearhug.benchmarks.workload.BertStep;
import dev.bearhug.benchmarks.workload.Inputs;
import dev.bearhug.benchmarks.workload.Workload;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.cpu.GemmSelector;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  public Workload open(Case which) {
    String name = which.name();
    return switch (name) {
      case "bert-base-forward-8x128" -> bert(BertStep::forward);
      case "bert-base-train-8x128" -> bert(BertStep::train);
      case "layer-norm-1024x768" -> layerNorm(false);
      case "layer-norm-gradient-1024x768" -> layerNorm(true);
      case "softmax-12288x128" -> rows(false, Tensor::softmax, 12288, 128);
      case "softmax-gradient-12288x128" -> rows(true, Tensor::softmax, 12288, 128);
      case "gelu-1024x3072" -> rows(false, Tensor::gelu, 1024, 3072);
      case "gelu-gradient-1024x3072" -> rows(true, Tensor::gelu, 1024, 3072);
      case "cross-entropy-1024x30522" -> crossEntropy(false);
      case "cross-entropy-gradient-1024x30522" -> crossEntropy(true);
      case "adamw-12x3072x768" -> new AdamWStep(Cases.ADAMW_COUNT, 3072, 768);
      case "dispatch-add-16" -> add();
      case "ceiling-matmul-4096x3072x768" -> matmul(4096, 3072, 768);
      case "ceiling-copy-256MiB" -> copy();
      default -> {
        if (name.startsWith("attention-")) {
          yield attention(Cases.attentionLength(name));
        }
        if (!name.startsWith("matmul-")) {
          throw new IllegalArgumentException("engine: unknown case " + name + ".");
        }
        String[] sizes = name.substring("matmul-".length()).split("x");
        yield matmul(Long.parseLong(sizes[0]), Long.parseLong(sizes[1]), Long.parseLong(sizes[2]));
      }
    };
  }

  /** What is done with a model. */
  private interface BertWork {
    double apply(BertStep step);
  }

  private static Workload bert(BertWork work) {
    BertStep step = BertStep.base8x128();
    return new Workload() {
      @Override
      public void run() {
        if (!Double.isFinite(work.apply(step))) {
          throw new IllegalStateException("engine: the result of BERT is not finite.");
        }
      }

      @Override
      public void close() {
        step.close();
      }
    };
  }

  private static Workload rows(boolean gradient, UnaryOperator<Tensor> op, long rows, long cols) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(1, rows, cols)));
    Tensor g = w.own(w.inputs.normal(1, rows, cols));
    return w.of(() -> op.apply(x), g);
  }

  private static Workload layerNorm(boolean gradient) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(1, 1024, 768)));
    Tensor weight = w.leaf(w.own(w.inputs.constant(1, 768)));
    Tensor bias = w.leaf(w.own(w.inputs.constant(0, 768)));
    Tensor g = w.own(w.inputs.normal(1, 1024, 768));
    return w.of(() -> x.layerNorm(weight, bias, 1e-12), g);
  }

  private static Workload crossEntropy(boolean gradient) {
    OpWorkload w = new OpWorkload(gradient);
    Tensor x = w.leaf(w.own(w.inputs.normal(1, 1024, 30522)));
    Tensor target = w.own(w.inputs.indices(30522, 1024));
    Tensor g = w.own(w.inputs.constant(1));
    return w.of(() -> x.crossEntropy(target), g);
  }

  private static Workload attention(long seq) {
    OpWorkload w = new OpWorkload(true);
    long[] shape = Cases.attentionShape(seq);
    Tensor q = w.leaf(w.own(w.inputs.normal(1, shape)));
    Tensor k = w.leaf(w.own(w.inputs.normal(1, shape)));
    Tensor v = w.leaf(w.own(w.inputs.normal(1, shape)));
    Tensor g = w.own(w.inputs.normal(1, shape));
    return w.of(() -> q.attention(k, v, null, 0.125, false, 0)[0], g);
  }

  private static Workload matmul(long m, long n, long k) {
    OpWorkload w = new OpWorkload(false);
    Tensor x = w.own(w.inputs.normal(1, m, k));
    Tensor weight = w.own(w.inputs.normal(1, n, k));
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
        public void close() {
          leaves.forEach(Autograd::freeze);
          owned.forEach(Tensor::close);
        }
      };
    }
  }
}
