package dev.bearhug.tensor.backend.cpu;

/**
 * The float32 kernels of the CPU backend by family, all plain or all SIMD.
 *
 * <p>Get the best set for this JVM from {@link VectorSupport#kernels()}. Kernels take absolute
 * native addresses, check nothing, allocate nothing per element and run on the calling thread;
 * callers split rows or elements over threads. Matrices are contiguous: the row stride is the
 * number of columns.
 *
 * @param name short name for logs: {@code "scalar"} or {@code "vector"}
 * @param map element-wise functions
 * @param reduce sums, dot products, maxima
 * @param softmax softmax and log-softmax
 * @param norm layer and root-mean-square normalisation
 * @param loss cross entropy
 * @param optimizer optimizer steps
 * @param blockCode numbers of one byte with a scale per block
 * @param convert number formats
 * @param dropout dropout
 * @param attention parts of blocked attention
 * @param rotary rotary positions
 */
public record FloatKernels(
    String name,
    MapKernels map,
    ReduceKernels reduce,
    SoftmaxKernels softmax,
    NormKernels norm,
    LossKernels loss,
    OptimizerKernels optimizer,
    BlockCodeKernels blockCode,
    ConvertKernels convert,
    DropoutKernels dropout,
    AttentionKernels attention,
    RotaryKernels rotary) {}
