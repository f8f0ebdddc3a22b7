package dev.bearhug.tasks.demo;

import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Draws sentences of one language from its grammar. */
final class SentenceSampler {
  /** Share of dev requests whose template is held out. */
  private static final double HELD_OUT_TEMPLATES = 0.6;

  /** Share of word list entries in dev that are held out. */
  private static final double HELD_OUT_WORDS = 0.25;

  private static final double LOWER_CASE = 0.25;
  private static final double NO_LAST_STOP = 0.2;
  private static final Pattern SLOT = Pattern.compile("\\{([^{}]*)\\}");
  private static final Pattern CHOICE = Pattern.compile("\\(([^()]*)\\)");

  private final Grammar grammar;
  private final Language language;
  private final Split split;
  private final Random random;
  private boolean usedHeldOut;

  /** The same arguments and the same seed of {@code random} give the same sentences. */
  SentenceSampler(Grammar grammar, Language language, Split split, Random random) {
    this.grammar = grammar;
    this.language = language;
    this.split = split;
    this.random = random;
  }

  /** Draws one sentence; in dev it holds at least one held-out entry. */
  String sample(String label) {
    String text;
    do {
      usedHeldOut = false;
      text = frame(label);
    } while (split == Split.DEV && !usedHeldOut);
    return text;
  }

  private String frame(String label) {
    String frame = pick(grammar.frames(), 0);
    StringBuilder text = new StringBuilder();
    Matcher slot = SLOT.matcher(frame);
    while (slot.find()) {
      boolean body = slot.group(1).equals(Grammar.BODY);
      String part =
          body
              ? pick(grammar.intents().get(label), HELD_OUT_TEMPLATES)
              : pick(grammar.words().get(slot.group(1)), HELD_OUT_WORDS);
      slot.appendReplacement(text, "");
      text.append(language.closed(expand(part).strip()));
    }
    slot.appendTail(text);
    return styled(text.toString().replaceAll(" +(?=[ .?!,])", "").strip());
  }

  private String styled(String text) {
    String styled =
        random.nextDouble() < LOWER_CASE
            ? text.toLowerCase(Locale.ROOT)
            : language.capitalised(text);
    return random.nextDouble() < NO_LAST_STOP ? language.withoutLastStop(styled) : styled;
  }

  private String expand(String entry) {
    String chosen = replace(CHOICE, entry, alternatives -> oneOf(alternatives.split("\\|", -1)));
    return replace(SLOT, chosen, name -> expand(pick(grammar.words().get(name), HELD_OUT_WORDS)));
  }

  private static String replace(Pattern pattern, String text, UnaryOperator<String> replacement) {
    return pattern
        .matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(replacement.apply(m.group(1))));
  }

  private String pick(Grammar.Entries entries, double heldOutShare) {
    boolean heldOut =
        split == Split.DEV && !entries.heldOut().isEmpty() && random.nextDouble() < heldOutShare;
    usedHeldOut |= heldOut;
    return oneOf((heldOut ? entries.heldOut() : entries.shared()).toArray(new String[0]));
  }

  private String oneOf(String[] entries) {
    return entries[random.nextInt(entries.length)];
  }
}
