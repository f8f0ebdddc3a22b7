package dev.bearhug.tasks.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a grammar and checks that every name it uses exists and that none refers to itself. */
final class GrammarReader {
  private static final Pattern SLOT = Pattern.compile("\\{([^{}]*)\\}");

  private final String name;
  private final Map<String, Grammar.Entries> words = new LinkedHashMap<>();
  private final Map<String, Grammar.Entries> intents = new LinkedHashMap<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();
  private final Grammar.Entries frames = emptyEntries();
  private Grammar.Entries current;
  private int lineNumber;

  private GrammarReader(String name) {
    this.name = name;
  }

  /** Parses {@code source}; {@code name} is used in error messages only. */
  static Grammar read(String name, BufferedReader source) throws IOException {
    GrammarReader reader = new GrammarReader(name);
    for (String line = source.readLine(); line != null; line = source.readLine()) {
      reader.lineNumber++;
      reader.accept(line.strip());
    }
    return reader.finish();
  }

  private void accept(String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    if (line.startsWith(":")) {
      current = section(line.split("\\s+", 3));
    } else if (current == null) {
      throw problem("\"" + line + "\" stands before the first section", "Start one with :words");
    } else if (line.startsWith("~")) {
      current.heldOut().add(checked(line.substring(1).strip()));
    } else {
      current.shared().add(checked(line));
    }
  }

  private Grammar.Entries section(String[] head) {
    if (head[0].equals(":frame") && head.length == 1) {
      return frames;
    }
    if (head[0].equals(":words") && head.length == 2) {
      return started(words, head[1]);
    }
    if (head[0].equals(":intent") && head.length == 3) {
      descriptions.put(head[1], head[2]);
      return started(intents, head[1]);
    }
    throw problem(
        "unknown section \"" + String.join(" ", head) + "\"",
        "Use :words NAME, :frame or :intent NAME TEXT");
  }

  private Grammar.Entries started(Map<String, Grammar.Entries> sections, String key) {
    Grammar.Entries entries = emptyEntries();
    if (sections.putIfAbsent(key, entries) != null) {
      throw problem("section \"" + key + "\" appears twice", "Merge the two");
    }
    return entries;
  }

  /** Each "(" needs its ")" before the next one; alternatives are not nested. */
  private String checked(String entry) {
    boolean open = false;
    for (char c : entry.toCharArray()) {
      if (c == '(' && open || c == ')' && !open) {
        throw problem("parentheses of \"" + entry + "\" are nested or unbalanced", "Use (a|b)");
      }
      open = c == '(' || open && c != ')';
    }
    if (open || entry.isEmpty()) {
      throw problem("\"" + entry + "\" is empty or lacks a closing parenthesis", "Use (a|b)");
    }
    return entry;
  }

  private Grammar finish() {
    if (frames.shared().isEmpty() || intents.isEmpty()) {
      throw problem("no :frame or no :intent section", "A grammar needs both");
    }
    words.forEach((key, entries) -> checkUses(key, entries, new ArrayList<>(List.of(key))));
    intents.forEach((key, entries) -> checkUses(key, entries, new ArrayList<>()));
    for (String frame : frames.shared()) {
      if (!frame.contains("{" + Grammar.BODY + "}")) {
        throw problem("frame \"" + frame + "\" has no {body}", "Add it");
      }
    }
    Grammar.Entries slots =
        new Grammar.Entries(
            frames.shared().stream().map(f -> f.replace("{" + Grammar.BODY + "}", "")).toList(),
            List.of());
    checkUses("frame", slots, new ArrayList<>());
    return new Grammar(
        Collections.unmodifiableMap(words),
        frames,
        Collections.unmodifiableMap(intents),
        Collections.unmodifiableMap(descriptions));
  }

  private void checkUses(String owner, Grammar.Entries entries, List<String> path) {
    if (entries.shared().isEmpty() && !owner.equals("frame")) {
      throw problem("\"" + owner + "\" has no entry for training", "Add one without ~");
    }
    List<String> all = new ArrayList<>(entries.shared());
    all.addAll(entries.heldOut());
    for (String entry : all) {
      Matcher slot = SLOT.matcher(entry);
      while (slot.find()) {
        checkUse(owner, slot.group(1), path);
      }
    }
  }

  private void checkUse(String owner, String used, List<String> path) {
    if (!words.containsKey(used)) {
      throw problem(
          "\"" + owner + "\" uses {" + used + "}, which is no word list",
          "Known: " + words.keySet());
    }
    if (path.contains(used)) {
      throw problem("word lists refer to themselves: " + path + " -> " + used, "Break the circle");
    }
    path.add(used);
    checkUses(used, words.get(used), path);
    path.remove(path.size() - 1);
  }

  private IllegalArgumentException problem(String what, String advice) {
    return new IllegalArgumentException(
        "grammar: " + what + " (" + name + ", line " + lineNumber + "). " + advice + ".");
  }

  private static Grammar.Entries emptyEntries() {
    return new Grammar.Entries(new ArrayList<>(), new ArrayList<>());
  }
}
