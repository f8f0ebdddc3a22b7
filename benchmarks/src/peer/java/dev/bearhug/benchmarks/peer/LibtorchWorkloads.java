package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.compare.Cases;
import dev.bearhug.benchmarks.compare.TextSet;
import dev.bearhug.benchmarks.compare.Worker;
import dev.bearhug.benchmarks.compare.WorkloadSource;
import dev.bearhug.benchmarks.workload.Workload;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The peer's side of the comparison, and the program of its child process. */
public final class LibtorchWorkloads implements WorkloadSource {

  private LibtorchWorkloads() {}

  /** Serves requests on standard input; the number of threads is that of OMP_NUM_THREADS. */
  public static void main(String[] args) throws IOException {
    String threads = System.getenv("OMP_NUM_THREADS");
    if (threads != null) {
      torch.set_num_threads(Integer.parseInt(threads));
    }
    Worker.serve(new LibtorchWorkloads());
  }

  @Override
  public String describe() {
    return "libtorch "
        + version()
        + ", "
        + torch.get_num_threads()
        + " threads, OPENBLAS_CORETYPE="
        + System.getenv("OPENBLAS_CORETYPE")
        + ", OMP_WAIT_POLICY="
        + System.getenv("OMP_WAIT_POLICY");
  }

  private static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch", torch.class);
    } catch (IOException e) {
      return "of unknown version (" + e.getMessage() + ")";
    }
  }

  @Override
  public Workload open(String name, String dtype) {
    if (name.startsWith(Cases.REAL_LENGTHS)) {
      TextSet set = TextSet.read(name.substring(Cases.REAL_LENGTHS.length()));
      return new LibtorchRealLengths(set, dtype);
    }
    if (name.startsWith("bert-base-")) {
      return bert(name.startsWith("bert-base-train"), dtype);
    }
    TensorOptions type =
        new TensorOptions(
            dtype.equals("bf16") ? torch.ScalarType.BFloat16 : torch.ScalarType.Float);
    long[] sizes = Cases.sizes(name);
    LibtorchOp w = new LibtorchOp(name.contains("-gradient-"));
    String op = name.replaceAll("(-gradient)?-[0-9].*", "");
    return switch (op) {
      case "layer-norm" -> layerNorm(w, type, sizes);
      case "softmax" -> softmax(w, type, sizes);
      case "gelu" -> gelu(w, type, sizes);
      case "cross-entropy" -> crossEntropy(w, sizes);
      case "embedding" -> embedding(w);
      case "attention" -> attention(w, type, sizes);
      case "adamw" -> new LibtorchAdamW(Cases.ADAMW_COUNT, 3072, 768);
      case "dispatch-add" -> add();
      case "matmul" -> matmul(w, type, sizes);
      default -> throw new IllegalArgumentException("libtorch: unknown case " + name + ".");
    };
  }

  private static Workload bert(boolean train, String dtype) {
    LibtorchBert bert = new LibtorchBert(train, dtype, 2);
    LibtorchBert.Batch batch = LibtorchBert.Batch.random(Cases.BATCH, Cases.SEQ);
    return new Workload() {
      @Override
      public void run() {
        bert.run(batch);
      }

      @Override
      public void close() {
        bert.close();
      }
    };
  }

  private static Tensor normal(TensorOptions type, long... shape) {
    return torch.randn(shape, type);
  }

  private static Workload softmax(LibtorchOp w, TensorOptions type, long[] shape) {
    Tensor x = w.leaf(normal(type, shape));
    return w.of(() -> torch.softmax(x, -1), normal(type, shape));
  }

  private static Workload gelu(LibtorchOp w, TensorOptions type, long[] shape) {
    Tensor x = w.leaf(normal(type, shape));
    return w.of(() -> torch.gelu(x, "none"), normal(type, shape));
  }

  private static Workload layerNorm(LibtorchOp w, TensorOptions type, long[] shape) {
    Tensor x = w.leaf(normal(type, shape));
    Tensor weight = w.leaf(normal(type, shape[1]));
    Tensor bias = w.leaf(normal(type, shape[1]));
    TensorOptional optionalWeight = new TensorOptional(weight);
    TensorOptional optionalBias = new TensorOptional(bias);
    long[] axes = {shape[1]};
    return w.of(
        () -> torch.layer_norm(x, axes, optionalWeight, optionalBias, 1e-12, true),
        normal(type, shape));
  }

  private static Workload crossEntropy(LibtorchOp w, long[] shape) {
    Tensor x = w.leaf(normal(new TensorOptions(), shape));
    Tensor target = integers(shape[1], shape[0]);
    return w.of(() -> torch.cross_entropy_loss(x, target), torch.ones());
  }

  private static Workload embedding(LibtorchOp w) {
    TensorOptions type = new TensorOptions();
    Tensor table = w.leaf(normal(type, Cases.VOCABULARY, 768));
    Tensor ids = integers(Cases.VOCABULARY, Cases.BATCH, Cases.SEQ);
    return w.of(() -> torch.embedding(table, ids), normal(type, Cases.BATCH, Cases.SEQ, 768));
  }

  private static Tensor integers(long bound, long... shape) {
    return torch.randint(0, bound, shape, new TensorOptions(torch.ScalarType.Long));
  }

  private static Workload attention(LibtorchOp w, TensorOptions type, long[] shape) {
    Tensor q = w.leaf(normal(type, shape));
    Tensor k = w.leaf(normal(type, shape));
    Tensor v = w.leaf(normal(type, shape));
    return w.of(() -> torch.scaled_dot_product_attention(q, k, v), normal(type, shape));
  }

  /** Sizes m, n and k: a linear layer. */
  private static Workload matmul(LibtorchOp w, TensorOptions type, long[] sizes) {
    Tensor x = normal(type, sizes[0], sizes[2]);
    Tensor weight = normal(type, sizes[1], sizes[2]);
    return w.of(() -> torch.linear(x, weight), null);
  }

  private static Workload add() {
    LibtorchOp w = new LibtorchOp(false);
    Tensor a = normal(new TensorOptions(), 16);
    Tensor b = normal(new TensorOptions(), 16);
    Scalar one = new Scalar(1);
    return w.of(
        () -> {
          Tensor sum = null;
          for (int i = 0; i < Cases.TINY_CALLS; i++) {
            sum = torch.add(a, b, one);
          }
          return sum;
        },
        null);
  }
}
