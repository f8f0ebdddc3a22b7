package dev.bearhug.benchmarks.peer;

import dev.bearhug.benchmarks.compare.Case;
import dev.bearhug.benchmarks.compare.Cases;
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
  public Workload open(Case which) {
    String name = which.name();
    return switch (name) {
      case "bert-base-forward-8x128" -> new LibtorchBert(false);
      case "bert-base-train-8x128" -> new LibtorchBert(true);
      case "layer-norm-1024x768" -> layerNorm(false);
      case "layer-norm-gradient-1024x768" -> layerNorm(true);
      case "softmax-12288x128" -> softmax(false);
      case "softmax-gradient-12288x128" -> softmax(true);
      case "gelu-1024x3072" -> gelu(false);
      case "gelu-gradient-1024x3072" -> gelu(true);
      case "cross-entropy-1024x30522" -> crossEntropy(false);
      case "cross-entropy-gradient-1024x30522" -> crossEntropy(true);
      case "adamw-12x3072x768" -> new LibtorchAdamW(Cases.ADAMW_COUNT, 3072, 768);
      case "dispatch-add-16" -> add();
      default -> {
        if (name.startsWith("attention-")) {
          yield attention(Cases.attentionLength(name));
        }
        if (!name.startsWith("matmul-")) {
          throw new IllegalArgumentException("libtorch: unknown case " + name + ".");
        }
        String[] sizes = name.substring("matmul-".length()).split("x");
        yield matmul(Long.parseLong(sizes[0]), Long.parseLong(sizes[1]), Long.parseLong(sizes[2]));
      }
    };
  }

  private static Tensor normal(long... shape) {
    return torch.randn(shape, new TensorOptions());
  }

  private static Workload softmax(boolean gradient) {
    LibtorchOp w = new LibtorchOp(gradient);
    Tensor x = w.leaf(normal(12288, 128));
    return w.of(() -> torch.softmax(x, -1), normal(12288, 128));
  }

  private static Workload gelu(boolean gradient) {
    LibtorchOp w = new LibtorchOp(gradient);
    Tensor x = w.leaf(normal(1024, 3072));
    return w.of(() -> torch.gelu(x, "none"), normal(1024, 3072));
  }

  private static Workload layerNorm(boolean gradient) {
    LibtorchOp w = new LibtorchOp(gradient);
    Tensor x = w.leaf(normal(1024, 768));
    Tensor weight = w.leaf(torch.ones(768));
    Tensor bias = w.leaf(torch.zeros(768));
    TensorOptional optionalWeight = new TensorOptional(weight);
    TensorOptional optionalBias = new TensorOptional(bias);
    return w.of(
        () -> torch.layer_norm(x, new long[] {768}, optionalWeight, optionalBias, 1e-12, true),
        normal(1024, 768));
  }

  private static Workload crossEntropy(boolean gradient) {
    LibtorchOp w = new LibtorchOp(gradient);
    Tensor x = w.leaf(normal(1024, 30522));
    TensorOptions integers = new TensorOptions(torch.ScalarType.Long);
    Tensor target = torch.randint(0, 30522, new long[] {1024}, integers);
    return w.of(() -> torch.cross_entropy_loss(x, target), torch.ones());
  }

  private static Workload attention(long seq) {
    LibtorchOp w = new LibtorchOp(true);
    long[] shape = Cases.attentionShape(seq);
    Tensor q = w.leaf(normal(shape));
    Tensor k = w.leaf(normal(shape));
    Tensor v = w.leaf(normal(shape));
    return w.of(() -> torch.scaled_dot_product_attention(q, k, v), normal(shape));
  }

  private static Workload matmul(long m, long n, long k) {
    LibtorchOp w = new LibtorchOp(false);
    Tensor x = normal(m, k);
    Tensor weight = normal(n, k);
    return w.of(() -> torch.linear(x, weight), null);
  }

  private static Workload add() {
    LibtorchOp w = new LibtorchOp(false);
    Tensor a = normal(16);
    Tensor b = normal(16);
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
