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
          "log_sigmoid log_sigmoid_grad mish mish_grad quick_gelu quick_gelu_grad relu6 relu6_grad",
          "hardswish hardswish_grad hardsigmoid hardsigmoid_grad softsign softsign_grad",
          "leaky_relu leaky_relu_grad elu elu_grad log1p log1p_grad expm1 expm1_grad log2",
          "log2_grad log10 log10_grad tan tan_grad asin asin_grad acos acos_grad atan atan_grad",
          "sinh sinh_grad cosh cosh_grad floor floor_grad ceil ceil_grad round round_grad trunc",
          "trunc_grad sign sign_grad pow_tensor atan2 fmod isnan isinf isfinite logical_not",
          "logical_and logical_or logical_xor",
          "add sub mul div maximum minimum eq ne lt le affine clamp pow copy where",
          "slice_grad cat flip diagonal_grad gather scatter scatter_add index_select index_add",
          "index_copy wrap_index nonzero embedding embedding_grad sum max min argmax matmul",
          "prod amax amin any all argmin cumsum cumprod cumprod_grad sort topk",
          "dropout accumulate adamw adamw_8bit lion sgd",
          "attention_packed attention_packed_grad");

  /** Ops whose single-precision kernel on {@code cpu} is a fast one. */
  static final Set<String> CPU_FAST =
      sorted(
          "neg neg_grad abs abs_grad exp exp_grad log log_grad sqrt sqrt_grad rsqrt rsqrt_grad",
          "square square_grad reciprocal reciprocal_grad sin sin_grad cos cos_grad tanh tanh_grad",
          "sigmoid sigmoid_grad relu relu_grad erf erf_grad gelu gelu_grad gelu_tanh",
          "gelu_tanh_grad silu silu_grad softplus softplus_grad",
          "log_sigmoid log_sigmoid_grad mish mish_grad quick_gelu quick_gelu_grad relu6 relu6_grad",
          "hardswish hardswish_grad hardsigmoid hardsigmoid_grad softsign softsign_grad",
          "leaky_relu leaky_relu_grad elu elu_grad log1p log1p_grad expm1 expm1_grad log2",
          "log2_grad log10 log10_grad tan tan_grad asin asin_grad acos acos_grad atan atan_grad",
          "sinh sinh_grad cosh cosh_grad floor floor_grad ceil ceil_grad round round_grad trunc",
          "trunc_grad sign sign_grad pow_tensor atan2 fmod isnan isinf isfinite logical_not",
          "add sub mul div maximum minimum eq ne lt le affine clamp pow copy where slice_grad cat",
          "flip diagonal_grad scatter index_select index_add index_copy conv2d conv2d_grad_input",
          "conv2d_grad_weight max_pool2d",
          "gather scatter_add embedding embedding_grad sum max min argmax matmul linear softmax",
          "prod amax amin argmin cumsum cumprod cumprod_grad sort topk var std norm logsumexp",
          "softmax_grad log_softmax log_softmax_grad layer_norm layer_norm_grad attention",
          "dropout_add_layer_norm dropout_add_layer_norm_grad pack_rows unpack_rows",
          "matmul_wide sum_wide rms_norm rms_norm_grad linear_activation",
          "attention_grad cross_entropy cross_entropy_grad dropout accumulate adamw sgd",
          "attention_packed attention_packed_grad rotary",
          "adamw_8bit lion",
          "sum_of_squares");

  private ExpectedKernels() {}

  private static Set<String> sorted(String... lines) {
    return new TreeSet<>(Set.of(String.join(" ", lines).trim().split(" +")));
  }
}
