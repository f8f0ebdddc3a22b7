package dev.bearhug.tensor.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_BA16a64b;
import static org.bytedeco.dnnl.global.dnnl.dnnl_BA16a64b2a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import dev.bearhug.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One matrix product prepared by oneDNN: the primitive and its memory objects, for use by one
 * thread at a time.
 *
 * <p>A run sets the addresses and executes; it creates no native object.
 */
final class OneDnnProduct implements AutoCloseable {

  private static final int MAX_ARGUMENTS = 5;
  private static final int NDIMS = 2;

  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(MAX_ARGUMENTS);
  private final List<dnnl_memory> memories = new ArrayList<>();
  private final int threads;

  private int argumentCount;
  private dnnl_memory src;
  private dnnl_memory weights;
  private dnnl_memory dst;
  private dnnl_memory bias;
  private dnnl_memory scratchpad;
  private long scratchpadBytes;
  private String implementation;

  /**
   * Prepares a product.
   *
   * @param engine the CPU engine
   * @param shape a product without empty axes, of which only one matrix of the batch is used
   * @param panels whether B lies in the order of {@link PanelPacking}
   * @param threads the number of OpenMP threads, already set for the present thread
   */
  OneDnnProduct(dnnl_engine engine, GemmShape shape, boolean panels, int threads) {
    this.threads = threads;
    try (Descriptors d = new Descriptors()) {
      create(engine, shape, panels, d);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The OpenMP threads this product was prepared for. */
  int threads() {
    return threads;
  }

  /** The scratch memory that a run needs, in bytes. */
  long scratchpadBytes() {
    return scratchpadBytes;
  }

  /** The name of oneDNN's implementation, such as {@code brg_matmul:avx512_core}. */
  String implementation() {
    return implementation;
  }

  /** Runs the product on these addresses. */
  void run(
      dnnl_stream stream, AddressPointer at, long a, long b, long biasAt, long c, long scratch) {
    check("dnnl_memory_set_data_handle", dnnl_memory_set_data_handle(src, at.at(a)));
    check("dnnl_memory_set_data_handle", dnnl_memory_set_data_handle(weights, at.at(b)));
    check("dnnl_memory_set_data_handle", dnnl_memory_set_data_handle(dst, at.at(c)));
    if (bias != null) {
      check("dnnl_memory_set_data_handle", dnnl_memory_set_data_handle(bias, at.at(biasAt)));
    }
    if (scratchpad != null) {
      check("dnnl_memory_set_data_handle", dnnl_memory_set_data_handle(scratchpad, at.at(scratch)));
    }
    check(
        "dnnl_primitive_execute",
        dnnl_primitive_execute(primitive, stream, argumentCount, arguments));
  }

  @Override
  public void close() {
    memories.forEach(m -> dnnl_memory_destroy(m));
    memories.clear();
    arguments.close();
    if (!primitive.isNull()) {
      dnnl_primitive_destroy(primitive);
      primitive.setNull();
    }
  }

  private void create(dnnl_engine engine, GemmShape s, boolean panels, Descriptors d) {
    dnnl_memory_desc srcDesc = d.matrix(s.a(), s.m(), s.k());
    dnnl_memory_desc weightsDesc =
        panels ? d.panels(s.b().type(), s.k(), s.n()) : d.matrix(s.b(), s.k(), s.n());
    dnnl_memory_desc dstDesc = d.matrix(s.c(), s.m(), s.n());
    dnnl_memory_desc biasDesc = s.bias() == null ? null : d.bias(s);
    boolean biasAsPostOp = biasIsPostOp(s);
    dnnl_primitive_desc pd =
        d.matmul(
            engine,
            srcDesc,
            weightsDesc,
            biasAsPostOp ? null : biasDesc,
            dstDesc,
            d.attributes(s, biasAsPostOp ? biasDesc : null));
    check("dnnl_primitive_create", dnnl_primitive_create(primitive, pd));
    implementation = implementationOf(pd);
    src = argument(DNNL_ARG_SRC, srcDesc, engine);
    weights = argument(DNNL_ARG_WEIGHTS, weightsDesc, engine);
    dst = argument(DNNL_ARG_DST, dstDesc, engine);
    if (biasDesc != null) {
      int id =
          biasAsPostOp ? (DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 2) | DNNL_ARG_SRC_1 : DNNL_ARG_BIAS;
      bias = argument(id, biasDesc, engine);
    }
    dnnl_memory_desc scratchDesc = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    scratchpadBytes = scratchDesc == null ? 0 : dnnl_memory_desc_get_size(scratchDesc);
    if (scratchpadBytes > 0) {
      scratchpad = argument(DNNL_ARG_SCRATCHPAD, scratchDesc, engine);
    }
    arguments.position(0);
  }

  /**
   * The library adds its bias before the post-ops, so a factor makes the bias a post-op behind it.
   */
  private static boolean biasIsPostOp(GemmShape s) {
    return s.bias() != null && s.alpha() != 1f;
  }

  private dnnl_memory argument(int id, dnnl_memory_desc desc, dnnl_engine engine) {
    dnnl_memory memory = new dnnl_memory();
    check("dnnl_memory_create", dnnl_memory_create(memory, desc, engine, null));
    memories.add(memory);
    arguments.position(argumentCount++).arg(id).memory(memory);
    return memory;
  }

  private static String implementationOf(dnnl_primitive_desc pd) {
    try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      check(
          "dnnl_primitive_desc_query",
          dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, text));
      return text.get(BytePointer.class, 0).getString();
    }
  }

  private static void check(String call, int status) {
    if (status != dnnl_success) {
      throw new OneDnnException(call, status);
    }
  }

  private static int typeOf(DType type) {
    return type == DType.BF16 ? dnnl_bf16 : dnnl_f32;
  }

  /** Descriptors and attributes that are needed only until the primitive exists. */
  private static final class Descriptors implements AutoCloseable {
    private final List<Runnable> releases = new ArrayList<>();

    dnnl_memory_desc matrix(GemmOperand x, long rows, long cols) {
      GemmOperand y = x.normalized(rows, cols);
      return create(
          new long[] {rows, cols}, typeOf(y.type()), new long[] {y.rowStride(), y.colStride()});
    }

    dnnl_memory_desc panels(DType type, long rows, long cols) {
      int tag = type == DType.BF16 ? dnnl_BA16a64b2a : dnnl_BA16a64b;
      dnnl_memory_desc desc = new dnnl_memory_desc();
      check(
          "dnnl_memory_desc_create_with_tag",
          dnnl_memory_desc_create_with_tag(
              desc, NDIMS, new long[] {rows, cols}, typeOf(type), tag));
      releases.add(() -> dnnl_memory_desc_destroy(desc));
      return desc;
    }

    dnnl_memory_desc bias(GemmShape s) {
      return create(new long[] {1, s.n()}, typeOf(s.bias()), new long[] {s.n(), 1});
    }

    private dnnl_memory_desc create(long[] dims, int type, long[] strides) {
      dnnl_memory_desc desc = new dnnl_memory_desc();
      check(
          "dnnl_memory_desc_create_with_strides",
          dnnl_memory_desc_create_with_strides(desc, NDIMS, dims, type, strides));
      releases.add(() -> dnnl_memory_desc_destroy(desc));
      return desc;
    }

    dnnl_primitive_attr attributes(GemmShape s, dnnl_memory_desc biasPostOp) {
      dnnl_primitive_attr attr = new dnnl_primitive_attr();
      check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(attr));
      releases.add(() -> dnnl_primitive_attr_destroy(attr));
      check(
          "dnnl_primitive_attr_set_scratchpad_mode",
          dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
      dnnl_post_ops ops = new dnnl_post_ops();
      check("dnnl_post_ops_create", dnnl_post_ops_create(ops));
      releases.add(() -> dnnl_post_ops_destroy(ops));
      if (s.alpha() != 1f) {
        check(
            "dnnl_post_ops_append_eltwise",
            dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, s.alpha(), 0f));
      }
      if (biasPostOp != null) {
        check(
            "dnnl_post_ops_append_binary",
            dnnl_post_ops_append_binary(ops, dnnl_binary_add, biasPostOp));
      }
      if (s.accumulate()) {
        check(
            "dnnl_post_ops_append_sum", dnnl_post_ops_append_sum(ops, 1f, 0, typeOf(s.c().type())));
      }
      check("dnnl_primitive_attr_set_post_ops", dnnl_primitive_attr_set_post_ops(attr, ops));
      return attr;
    }

    dnnl_primitive_desc matmul(
        dnnl_engine engine,
        dnnl_memory_desc src,
        dnnl_memory_desc weights,
        dnnl_memory_desc bias,
        dnnl_memory_desc dst,
        dnnl_primitive_attr attr) {
      dnnl_primitive_desc pd = new dnnl_primitive_desc();
      check(
          "dnnl_matmul_primitive_desc_create",
          dnnl_matmul_primitive_desc_create(pd, engine, src, weights, bias, dst, attr));
      releases.add(() -> dnnl_primitive_desc_destroy(pd));
      return pd;
    }

    @Override
    public void close() {
      for (int i = releases.size() - 1; i >= 0; i--) {
        releases.get(i).run();
      }
    }
  }
}
