package dev.bearhug.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Writes comparisons as a Markdown page and as JSON. */
final class Reports {

  private Reports() {}

  /** One table and the circumstances it was measured in; ends in a line break. */
  static String markdown(
      String title, RunInfo info, Ceilings ceilings, List<Comparison> all, String plot) {
    StringBuilder s = new StringBuilder();
    s.append("# ").append(title).append("\n\n");
    s.append("| | |\n|---|---|\n");
    row(s, "command", "`" + info.command() + "`");
    row(s, "commit", info.commit());
    row(s, "processor", info.processor() + ", " + info.threads() + " threads for each side");
    row(s, "ours", info.engine());
    row(s, "peer", info.peer());
    row(s, "rounds", info.rounds() + " turns of each side, alternating");
    row(
        s,
        "ceilings of this run",
        format("%.0f GFLOP/s f32 matrix product, ", ceilings.gflops())
            + format("%.1f GB/s copy (read + written)", ceilings.copyGigabytesPerSecond()));
    s.append("\nTimes are milliseconds of one call: median (shortest to longest). The ratio is the")
        .append(" peer's median divided by ours: above 1 we are faster. The limit is the time that")
        .append(" the matrix products or the memory traffic of a call take at the ceilings; data")
        .append(" that stays in the caches can beat the copy rate.\n\n");
    s.append("| case | type | ours, ms | peer, ms | ratio | tokens/s | share of limit |\n");
    s.append("|---|---|---|---|---|---|---|\n");
    for (Comparison c : all) {
      s.append(
          String.join(
              " | ",
              "| " + c.which().name(),
              c.which().dtype(),
              times(c.ours()),
              c.peer() == null ? "" : times(c.peer()),
              number("%.2f", c.ratio()),
              number("%.0f", c.tokensPerSecond()),
              number("%.0f %%", 100 * c.limitShare(ceilings)) + " |\n"));
    }
    if (plot != null) {
      s.append("\n![Ratio of the medians](").append(plot).append(")\n");
    }
    return s.toString();
  }

  /** The same as an object with {@code environment}, {@code ceilings} and {@code records}. */
  static String json(RunInfo info, Ceilings ceilings, List<Comparison> all) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode environment = root.putObject("environment");
    environment.put("command", info.command());
    environment.put("commit", info.commit());
    environment.put("processor", info.processor());
    environment.put("threads", info.threads());
    environment.put("engine", info.engine());
    environment.put("peer", info.peer());
    environment.put("rounds", info.rounds());
    ObjectNode limits = root.putObject("ceilings");
    limits.put("matmul_gflops", ceilings.gflops());
    limits.put("copy_gb_per_s", ceilings.copyGigabytesPerSecond());
    ArrayNode records = root.putArray("records");
    for (Comparison c : all) {
      ObjectNode r = records.addObject();
      r.put("name", c.which().name());
      r.put("dtype", c.which().dtype());
      put(r, "", c.ours());
      if (c.peer() != null) {
        put(r, "peer_", c.peer());
      }
      putIfKnown(r, "ratio", c.ratio());
      putIfKnown(r, "tokens_per_s", c.tokensPerSecond());
      putIfKnown(r, "limit_share", c.limitShare(ceilings));
    }
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("benchmark: the results cannot be written as JSON.", e);
    }
  }

  private static void put(ObjectNode r, String prefix, Times t) {
    r.put(prefix + "median_ms", t.median());
    r.put(prefix + "min_ms", t.min());
    r.put(prefix + "max_ms", t.max());
    r.put(prefix + "samples", t.samples());
  }

  private static void putIfKnown(ObjectNode r, String key, double value) {
    if (!Double.isNaN(value)) {
      r.put(key, value);
    }
  }

  private static void row(StringBuilder s, String key, String value) {
    s.append("| ").append(key).append(" | ").append(value).append(" |\n");
  }

  private static String times(Times t) {
    String f = t.median() >= 100 ? "%.0f" : t.median() >= 0.1 ? "%.3f" : "%.6f";
    return format(f, t.median()) + " (" + format(f, t.min()) + " to " + format(f, t.max()) + ")";
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : format(format, value);
  }

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
