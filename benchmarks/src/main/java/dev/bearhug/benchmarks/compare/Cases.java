package dev.bearhug.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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

  /** Words in the vocabulary of the English BERT. */
  public static final int VOCABULARY = 30522;

  /** Start of the names of cases that train on texts as long as they are. */
  public static final String REAL_LENGTHS = "bert-base-train-real-lengths-";

  private static final String F32 = "f32";
  private static final String BF16 = "bf16";

  private Cases() {}

  /**
   * All cases that both sides know.
   *
   * @param texts what is trained on where lengths are real
   */
  static List<Case> all(List<TextSet> texts) {
    List<Case> all = new ArrayList<>();
    for (String dtype : List.of(F32, BF16)) {
      double forward = bertFlops(BATCH * SEQ, BATCH * SEQ * SEQ, BATCH);
      Case train = bert("bert-base-train-8x128", dtype, 3 * forward, BATCH * SEQ);
      all.add(bert("bert-base-forward-8x128", dtype, forward, BATCH * SEQ));
      all.add(train);
      all.add(train.onOneThread());
      for (TextSet set : texts) {
        double flops = 3 * bertFlops(set.tokens(), set.squares(), set.texts().size());
        all.add(bert(REAL_LENGTHS + set.name(), dtype, flops, set.tokens()));
      }
    }
    for (long seq : new long[] {512, 1024, 2048}) {
      all.add(attention(seq));
    }
    for (String dtype : List.of(F32, BF16)) {
      all.add(matmul(dtype, 1024, 768, 768));
      all.add(matmul(dtype, 1024, 3072, 768));
      all.add(matmul(dtype, 1024, 768, 3072));
      all.add(matmul(dtype, 2048, 2048, 2048));
    }
    for (String dtype : List.of(F32, BF16)) {
      all.add(rows("layer-norm-1024x768", dtype, 1024, 768, 2));
      all.add(rows("layer-norm-gradient-1024x768", dtype, 1024, 768, 5));
      all.add(rows("layer-norm-8192x768", dtype, 8192, 768, 2));
      all.add(rows("layer-norm-gradient-8192x768", dtype, 8192, 768, 5));
      all.add(rows("softmax-12288x128", dtype, 12288, 128, 2));
      all.add(rows("softmax-gradient-12288x128", dtype, 12288, 128, 5));
      all.add(rows("gelu-1024x3072", dtype, 1024, 3072, 2));
      all.add(rows("gelu-gradient-1024x3072", dtype, 1024, 3072, 5));
    }
    all.add(rows("cross-entropy-1024x30522", F32, 1024, VOCABULARY, 1));
    all.add(rows("cross-entropy-gradient-1024x30522", F32, 1024, VOCABULARY, 3));
    all.add(rows("embedding-1024-of-30522x768", F32, 1024, 768, 2));
    // The gradient of the table is written once as a whole; the 1024 rows are read and added.
    all.add(rows("embedding-gradient-1024-of-30522x768", F32, VOCABULARY + 4L * 1024, 768, 1));
    all.add(rows("adamw-12x3072x768", F32, ADAMW_COUNT * 3072L, 768, 7));
    all.add(Case.of("dispatch-add-16", F32, Work.traffic(3 * 64)).timedTogether(TINY_CALLS));
    return all;
  }

  /** Cases of the rates that nothing exceeds; this side only. */
  static List<Case> ceilings() {
    return List.of(productCeiling(F32), productCeiling(BF16), COPY_CEILING);
  }

  /** Case of the largest rate of matrix products of a type. */
  static Case productCeiling(String dtype) {
    return Case.of("ceiling-matmul-4096x3072x768", dtype, matmul(dtype, 4096, 3072, 768).work());
  }

  /** Case of the largest rate of copying. */
  static final Case COPY_CEILING =
      Case.of("ceiling-copy-256MiB", "bytes", Work.traffic(2.0 * (256 << 20)));

  /**
   * Whether a filter fits a case: a part of its name or of {@link Case#id()}, or with {@code *} and
   * {@code ?} a pattern for the whole of one of both.
   */
  static boolean fits(String filter, Case which) {
    if (!filter.contains("*") && !filter.contains("?")) {
      return which.id().contains(filter);
    }
    String regex = Pattern.quote(filter).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return which.name().matches(regex) || which.id().matches(regex);
  }

  /** In half precision the peer may take the type in which it is faster. */
  private static Case bert(String name, String dtype, double flops, long tokens) {
    List<String> peerTypes = dtype.equals(BF16) ? List.of(F32, BF16) : List.of(F32);
    return new Case(name, dtype, peerTypes, new Work(flops, 0, tokens), 1, 0, true);
  }

  private static Case matmul(String dtype, long m, long n, long k) {
    double bytes = size(dtype) * (m * k + k * n + m * n);
    String name = "matmul-" + m + "x" + n + "x" + k;
    return Case.of(name, dtype, Work.products(2.0 * m * n * k, bytes));
  }

  /** Work that reads or writes {@code passes} arrays of this size. */
  private static Case rows(String name, String dtype, long rows, long cols, int passes) {
    return Case.of(name, dtype, Work.traffic((double) size(dtype) * rows * cols * passes));
  }

  private static int size(String dtype) {
    return dtype.equals(BF16) ? 2 : 4;
  }

  /** Forward and backward pass: two products forward and four backward; nothing counts twice. */
  private static Case attention(long seq) {
    long[] shape = attentionShape(seq);
    String name = "attention-gradient-8x12x" + seq + "x64";
    double values = (double) shape[0] * shape[1] * shape[2] * shape[3];
    return Case.of(name, F32, Work.products(12 * values * seq, size(F32) * 8 * values))
        .inOwnProcess();
  }

  /** Shape of queries, keys and values of a case of attention: batch, heads, length, size. */
  public static long[] attentionShape(long seq) {
    return new long[] {BATCH, 12, seq, 64};
  }

  /** Numbers in the last part of a name, such as 8, 12, 512 and 64; none if it is no size. */
  public static long[] sizes(String name) {
    String last = name.substring(name.lastIndexOf('-') + 1);
    if (!last.matches("[0-9]+(x[0-9]+)*")) {
      return new long[0];
    }
    String[] words = last.split("x");
    long[] sizes = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      sizes[i] = Long.parseLong(words[i]);
    }
    return sizes;
  }

  /**
   * Matrix products of the forward pass of BERT-base: projections, feed-forward, attention, head.
   *
   * @param tokens number of tokens
   * @param squares sum of the squared lengths
   * @param texts number of texts
   */
  private static double bertFlops(double tokens, double squares, int texts) {
    double hidden = 768;
    double projections = 2 * tokens * (4 * hidden * hidden + 2 * hidden * 4 * hidden);
    double attention = 4 * squares * hidden;
    double head = 2 * texts * (hidden * hidden + 2 * hidden);
    return 12 * (projections + attention) + head;
  }
}
