package dev.bearhug.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What happened to every key of a checkpoint and every parameter of a model while loading. */
public final class LoadReport {

  private final String source;
  private final List<String> loaded = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private final List<String> mismatched = new ArrayList<>();
  private final List<String> renamed = new ArrayList<>();
  private final List<String> converted = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();

  /**
   * An empty report.
   *
   * @param source name of the checkpoint, for messages
   */
  public LoadReport(String source) {
    this.source = source;
  }

  /** Name of the checkpoint. */
  public String source() {
    return source;
  }

  /** Parameters that were read. */
  public List<String> loaded() {
    return loaded;
  }

  /** Parameters the checkpoint lacks; they hold first values. */
  public List<String> missing() {
    return missing;
  }

  /** Keys of the checkpoint that no parameter asked for. */
  public List<String> unexpected() {
    return unexpected;
  }

  /** Parameters whose stored shape differs, with both shapes. */
  public List<String> mismatched() {
    return mismatched;
  }

  /** Keys that were renamed, with the rule's reason. */
  public List<String> renamed() {
    return renamed;
  }

  /** Parameters that were converted from another element type. */
  public List<String> converted() {
    return converted;
  }

  /** Keys that a rule leaves out because the model computes their values. */
  public List<String> dropped() {
    return dropped;
  }

  /**
   * Refuses a checkpoint that lacks weights outside of heads or has weights of another shape.
   *
   * @param head which parameter paths may be missing because they belong to a new head
   * @throws LoadException with the whole report
   */
  public void requireComplete(Predicate<String> head) {
    boolean backboneMissing = missing.stream().anyMatch(head.negate());
    if (backboneMissing || !mismatched.isEmpty()) {
      throw new LoadException(this, head);
    }
  }

  /** The report as text, one line per kind that is not empty. */
  public String describe(Predicate<String> head) {
    StringBuilder s = new StringBuilder();
    s.append("Loading ").append(source).append(": ").append(loaded.size()).append(" loaded, ");
    s.append(missing.size()).append(missing.size() == 1 ? " key missing, " : " keys missing, ");
    s.append(mismatched.size()).append(" of wrong shape, ").append(unexpected.size());
    s.append(" unexpected.");
    line(s, "missing   ", missing.stream().filter(head).toList(), "(head, newly initialised)");
    line(s, "missing   ", missing.stream().filter(head.negate()).toList(), "");
    line(s, "wrong     ", mismatched, "Another vocabulary or size? Check config.json.");
    line(s, "unexpected", unexpected, "");
    line(s, "renamed   ", renamed, "");
    line(s, "converted ", converted, "");
    line(s, "left out  ", dropped, "(computed by the model)");
    return s.toString();
  }

  private static void line(StringBuilder s, String title, List<String> items, String note) {
    if (!items.isEmpty()) {
      int shown = Math.min(8, items.size());
      s.append("\n  ").append(title).append(' ').append(String.join(", ", items.subList(0, shown)));
      if (shown < items.size()) {
        s.append(" and ").append(items.size() - shown).append(" more");
      }
      s.append(note.isEmpty() ? "" : "  " + note);
    }
  }

  @Override
  public String toString() {
    return describe(p -> false);
  }
}
