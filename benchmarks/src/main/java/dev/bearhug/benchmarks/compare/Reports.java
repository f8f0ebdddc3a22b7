package dev.bearhug.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.benchmarks.compare.Ceilings.Ceiling;
import java.util.Locale;

/** Writes results as a Markdown page and as JSON. */
final class Reports {

  private static final double MEBI = 1 << 20;

  private Reports() {}

  /** A few words about one case. */
  static String line(Comparison c) {
    String ours = "ours " + times(c.ours().times()) + " ms";
    return c.peer() == null
        ? ours
        : ours
            + format(", peer %s ms", times(c.peer().times()))
            + format(" (%s)", c.peer().dtype())
            + format(", ratio %.2f", c.ratio());
  }

  /**
   * A table and the circumstances it was measured in; ends in a line break.
   *
   * @param plot file name of the plot, or null
   */
  static String markdown(Results results, String plot) {
    StringBuilder s = new StringBuilder();
    RunInfo info = results.info();
    s.append("# ").append(results.title()).append("\n\n");
    s.append("| | |\n|---|---|\n");
    row(s, "command", "`" + info.command() + "`");
    row(s, "commit", info.commit());
    row(s, "processor", info.processor() + ", " + info.threads() + " threads for each side");
    row(s, "ours", info.engine());
    row(s, "peer", info.peer());
    row(s, "rounds", info.rounds() + " turns of each side, alternating");
    for (Ceiling c : results.ceilings().all()) {
      row(s, "ceiling of this run", ceiling(c));
    }
    s.append("\nTimes are milliseconds of one call: median (shortest to longest). The ratio is the")
        .append(" peer's median divided by ours: above 1 we are faster. The limit is the time that")
        .append(" the matrix products or the memory traffic of a call take at the ceilings; data")
        .append(" that stays in the caches can beat the copy rate. Memory is the largest resident")
        .append(" memory of the process less that before the set-up of the case, where it ran in a")
        .append(" process of its own.\n\n");
    s.append("| case | type | ours, ms | peer, ms (type) | ratio | tokens/s | share of limit |")
        .append(" ours, MiB | peer, MiB |\n");
    s.append("|---|---|---|---|---|---|---|---|---|\n");
    for (Comparison c : results.all()) {
      s.append(
          String.join(
              " | ",
              "| " + c.which().name(),
              c.which().dtype(),
              times(c.ours().times()),
              c.peer() == null ? "" : times(c.peer().times()) + " (" + c.peer().dtype() + ")",
              number("%.2f", c.ratio()),
              number("%.0f", c.tokensPerSecond()),
              format("%.0f %%", 100 * c.limitShare(results.ceilings())),
              mebibytes(c.ours()),
              mebibytes(c.peer()) + " |\n"));
    }
    notes(s, results);
    if (plot != null) {
      s.append("\n![Bars of the results](").append(plot).append(")\n");
    }
    return s.toString();
  }

  private static void notes(StringBuilder s, Results results) {
    StringBuilder notes = new StringBuilder();
    for (Comparison c : results.all()) {
      Comparison more = results.onAllThreads(c);
      if (more != null) {
        notes.append(format("- %s: ", more.which().id()));
        notes.append(format("%d threads are ", more.threads()));
        notes.append(format("%.2f times as fast as one", scaling(c.ours(), more.ours())));
        if (c.peer() != null && more.peer() != null) {
          notes.append(format(" (peer: %.2f)", scaling(c.peer(), more.peer())));
        }
        notes.append(".\n");
      }
      TextSet set = results.textsOf(c.which());
      if (set != null) {
        notes.append(format("- %s: ", c.which().id())).append(set.source());
        notes.append(format(", %d tokens", set.tokens()));
        notes.append(padding(", padding computed: ours ", c.ours()));
        notes.append(padding(", peer ", c.peer())).append(".\n");
      }
    }
    results.failures().forEach(f -> notes.append("- failed: ").append(f).append('\n'));
    if (!notes.isEmpty()) {
      s.append('\n').append(notes);
    }
  }

  private static String padding(String words, Side side) {
    Double share = side == null ? null : side.facts().get("padding_share");
    return share == null ? "" : words + format("%.0f %%", 100 * share);
  }

  private static double scaling(Side one, Side more) {
    return one.times().median() / more.times().median();
  }

  private static String ceiling(Ceiling c) {
    String rate =
        c.which().work().flops() > 0
            ? format("%.0f GFLOP/s ", c.rate()) + c.which().dtype() + " matrix product"
            : format("%.1f GB/s copy (read + written)", c.rate());
    return rate + ", " + c.threads() + (c.threads() == 1 ? " thread" : " threads");
  }

  /** A list of records: one of each case, then one of each ceiling. */
  static String json(Results results) {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode records = JsonNodeFactory.instance.arrayNode();
    for (Comparison c : results.all()) {
      put(records.addObject(), c, results);
    }
    for (Ceiling c : results.ceilings().all()) {
      ObjectNode r = records.addObject();
      r.put("name", c.which().name());
      r.put("dtype", c.which().dtype());
      put(r, "", c.times());
      r.putNull("peer_median_ms");
      r.putNull("ratio");
      r.put("limit_share", c.times().min() / c.times().median());
      r.put(c.which().work().flops() > 0 ? "gflops" : "gb_per_s", c.rate());
      r.put("threads", c.threads());
      circumstances(r, results.info());
    }
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(records) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("benchmark: the results cannot be written as JSON.", e);
    }
  }

  private static void put(ObjectNode r, Comparison c, Results results) {
    Work work = c.which().work();
    r.put("name", c.which().name());
    r.put("dtype", c.which().dtype());
    put(r, "", c.ours().times());
    if (c.peer() == null) {
      r.putNull("peer_median_ms");
      r.putNull("ratio");
    } else {
      r.put("peer_dtype", c.peer().dtype());
      put(r, "peer_", c.peer().times());
      r.put("ratio", c.ratio());
    }
    r.put("limit_share", c.limitShare(results.ceilings()));
    r.put("limit_ms", results.ceilings().limitMillis(c.which(), c.threads()));
    r.put("flops", work.flops());
    r.put("bytes", work.bytes());
    if (work.tokens() > 0) {
      r.put("tokens", work.tokens());
      r.put("tokens_per_s", c.tokensPerSecond());
    }
    c.ours().facts().forEach(r::put);
    if (c.peer() != null) {
      c.peer().facts().forEach((key, value) -> r.put("peer_" + key, value));
    }
    Comparison more = results.onAllThreads(c);
    if (more != null) {
      r.put("scaling", scaling(c.ours(), more.ours()));
      if (c.peer() != null && more.peer() != null) {
        r.put("peer_scaling", scaling(c.peer(), more.peer()));
      }
    }
    TextSet set = results.textsOf(c.which());
    if (set != null) {
      r.put("texts", set.source());
    }
    r.put("threads", c.threads());
    r.put("rounds", results.info().rounds());
    circumstances(r, results.info());
  }

  private static void circumstances(ObjectNode r, RunInfo info) {
    r.put("engine", info.engine());
    r.put("peer", info.peer());
    r.put("processor", info.processor());
    r.put("commit", info.commit());
    r.put("command", info.command());
  }

  private static void put(ObjectNode r, String prefix, Times t) {
    r.put(prefix + "median_ms", t.median());
    r.put(prefix + "min_ms", t.min());
    r.put(prefix + "max_ms", t.max());
    r.put(prefix + "samples", t.samples());
  }

  private static void row(StringBuilder s, String key, String value) {
    s.append("| ").append(key).append(" | ").append(value).append(" |\n");
  }

  private static String mebibytes(Side side) {
    Double bytes = side == null ? null : side.facts().get(Side.PEAK);
    return bytes == null ? "" : format("%.0f", bytes / MEBI);
  }

  private static String times(Times t) {
    String f = t.median() >= 100 ? "%.0f" : t.median() >= 0.1 ? "%.3f" : "%.6f";
    return format(f, t.median()) + " (" + format(f, t.min()) + " to " + format(f, t.max()) + ")";
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : format(format, value);
  }

  private static String format(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }
}
