package dev.bearhug.benchmarks.compare;

import java.util.List;

/** The list of all cases, and the sizes that both sides must agree on. */
public final class Cases {

  /** Inputs per batch of BERT. */
  public static final int BATCH = 8;

  /** Tokens per input of BERT. */
  public static final int SEQ = 128;

  /** Calls that are timed together where one takes well under a microsecond. */
  public static final int TINY_CALLS = 1000;

  /** Parameters of the AdamW case. */
  public static final int ADAMW_COUNT = 12;

  /** Case of the largest rate of matrix products; this side only. */
  static final Case MATMUL_CEILING =
      new Case("ceiling-matmul-4096x3072x768", "f32", 1, 2.0 * 4096 * 3072 * 768, 0, 0);

  /** Case of the largest rate of copying; this side only. */
  static final Case COPY_CEILING =
      new Case("ceiling-copy-256MiB", "bytes", 1, 0, 2.0 * (256 << 20), 0);

  private static final double F32 = 4;

  private Cases() {}

  /** All cases that both sides know. */
  public static List<Case> all() {
    double forward = bertFlops();
    return List.of(
        bert("bert-base-forward-8x128", forward),
        bert("bert-base-train-8x128", 3 * forward),
        matmul(1024, 768, 768),
        matmul(1024, 3072, 768),
        matmul(1024, 768, 3072),
        matmul(2048, 2048, 2048),
        rows("layer-norm-1024x768", 1024, 768, 2),
        rows("layer-norm-gradient-1024x768", 1024, 768, 5),
        rows("softmax-12288x128", 12288, 128, 2),
        rows("softmax-gradient-12288x128", 12288, 128, 5),
        rows("gelu-1024x3072", 1024, 3072, 2),
        rows("gelu-gradient-1024x3072", 1024, 3072, 5),
        rows("cross-entropy-1024x30522", 1024, 30522, 1),
        rows("cross-entropy-gradient-1024x30522", 1024, 30522, 3),
        rows("adamw-12x3072x768", ADAMW_COUNT * 3072L, 768, 7),
        attention(512),
        attention(1024),
        attention(2048),
        new Case("dispatch-add-16", "f32", TINY_CALLS, 0, 0, 0));
  }

  /** The case of this name, ceilings included. */
  public static Case named(String name) {
    for (Case c : List.of(MATMUL_CEILING, COPY_CEILING)) {
      if (c.name().equals(name)) {
        return c;
      }
    }
    return all().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "benchmark: there is no case \""
                        + name
                        + "\". Known are "
                        + all().stream().map(Case::name).toList()
                        + "."));
  }

  private static Case bert(String name, double flops) {
    return new Case(name, "f32", 1, flops, 0, (long) BATCH * SEQ);
  }

  private static Case matmul(long m, long n, long k) {
    double bytes = F32 * (m * k + k * n + m * n);
    return new Case("matmul-" + m + "x" + n + "x" + k, "f32", 1, 2.0 * m * n * k, bytes, 0);
  }

  /** Work that reads or writes {@code passes} arrays of this size. */
  private static Case rows(String name, long rows, long cols, int passes) {
    return new Case(name, "f32", 1, 0, F32 * rows * cols * passes, 0);
  }

  /** Forward and backward pass: two products forward and four backward; nothing counts twice. */
  private static Case attention(long seq) {
    long[] shape = attentionShape(seq);
    String name = "attention-gradient-8x12x" + seq + "x64";
    double values = (double) shape[0] * shape[1] * shape[2] * shape[3];
    return new Case(name, "f32", 1, 12 * values * seq, F32 * 8 * values, 0);
  }

  /** Shape of queries, keys and values of a case of attention: batch, heads, length, size. */
  public static long[] attentionShape(long seq) {
    return new long[] {BATCH, 12, seq, 64};
  }

  /** The length in the name of a case of attention. */
  public static long attentionLength(String name) {
    return Long.parseLong(name.split("x")[2]);
  }

  /** Matrix products of the forward pass of BERT-base: projections, feed-forward, attention. */
  private static double bertFlops() {
    double tokens = (double) BATCH * SEQ;
    double hidden = 768;
    double projections = 2 * tokens * (4 * hidden * hidden + 2 * hidden * 4 * hidden);
    double attention = 4 * tokens * SEQ * hidden;
    double head = 2 * BATCH * (hidden * hidden + 2 * hidden);
    return 12 * (projections + attention) + head;
  }
}
