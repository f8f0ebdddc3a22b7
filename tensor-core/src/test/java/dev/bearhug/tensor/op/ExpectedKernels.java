package dev.bearhug.tensor.op;

import java.util.Set;
import java.util.TreeSet;

/**
 * Which ops have kernels where. The one place to extend when a kernel is added; a kernel that
 * vanishes fails {@link KernelTablesTest} instead of making runs slow.
 */
final class ExpectedKernels {

  /** Primitive ops: naive kernels on {@code reference} and {@code cpu} for all floating types. */
  static final Set<String> GENERIC =
      sorted(
          "neg neg_grad abs abs_grad exp exp_grad log log_grad sqrt sqrt_grad rsqrt rsqrt_grad",
          "square square_grad reciprocal reciprocal_grad sin sin_grad cos cos_grad tanh tanh_grad",
          "sigmoid sigmoid_grad relu relu_grad erf erf_grad gelu gelu_grad gelu_tanh",
          "gelu_tanh_grad silu silu_grad softplus softplus_grad",
          "add sub mul div maximum minimum eq ne lt le affine clamp pow copy where",
          "slice_grad cat gather scatter_add embedding embedding_grad sum max min argmax matmul",
          "dropout accumulate adamw adamw_8bit lion sgd",
          "attention_packed attention_packed_grad");

  /** Ops whose single-precision kernel on {@code cpu} is a fast one. */
  static final Set<String> CPU_FAST =
      sorted(
          "neg neg_grad abs abs_grad exp exp_grad log log_grad sqrt sqrt_grad rsqrt rsqrt_grad",
          "square square_grad reciprocal reciprocal_grad sin sin_grad cos cos_grad tanh tanh_grad",
          "sigmoid sigmoid_grad relu relu_grad erf erf_grad gelu gelu_grad gelu_tanh",
          "gelu_tanh_grad silu silu_grad softplus softplus_grad",
          "add sub mul div maximum minimum eq ne lt le affine clamp pow copy where slice_grad cat",
          "gather scatter_add embedding embedding_grad sum max min argmax matmul linear softmax",
          "softmax_grad log_softmax log_softmax_grad layer_norm layer_norm_grad attention",
          "dropout_add_layer_norm dropout_add_layer_norm_grad pack_rows unpack_rows",
          "matmul_wide sum_wide rms_norm rms_norm_grad",
          "attention_grad cross_entropy cross_entropy_grad dropout accumulate adamw sgd",
          "attention_packed attention_packed_grad",
          "adamw_8bit lion",
          "sum_of_squares");

  private ExpectedKernels() {}

  private static Set<String> sorted(String... lines) {
    return new TreeSet<>(Set.of(String.join(" ", lines).trim().split(" +")));
  }
}
