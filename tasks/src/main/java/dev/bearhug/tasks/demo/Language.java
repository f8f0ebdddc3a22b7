package dev.bearhug.tasks.demo;

/** A language of the corpus. */
public enum Language {
  /** English: words are separated by spaces, sentences start with a capital. */
  ENGLISH("support-desk.en.grammar", ".", ",.?!"),
  /** Simplified Chinese: no spaces, no capitals, full-width punctuation. */
  CHINESE("support-desk.zh.grammar", "。", "，。？！");

  private final String resource;
  private final String fullStop;
  private final String punctuation;

  Language(String resource, String fullStop, String punctuation) {
    this.resource = resource;
    this.fullStop = fullStop;
    this.punctuation = punctuation;
  }

  String resource() {
    return resource;
  }

  /** Ends {@code part} with a full stop unless it ends with punctuation or is empty. */
  String closed(String part) {
    boolean open = !part.isEmpty() && punctuation.indexOf(part.charAt(part.length() - 1)) < 0;
    return open ? part + fullStop : part;
  }

  /** Removes the last full stop of {@code text}, as hurried writers do. */
  String withoutLastStop(String text) {
    return text.endsWith(fullStop) ? text.substring(0, text.length() - fullStop.length()) : text;
  }

  /** Sets a capital at the start of every sentence where the language has capitals. */
  String capitalised(String text) {
    StringBuilder result = new StringBuilder(text);
    boolean start = true;
    for (int i = 0; i < result.length(); i++) {
      char c = result.charAt(i);
      if (start && Character.isLetterOrDigit(c)) {
        result.setCharAt(i, Character.toUpperCase(c));
        start = false;
      } else if (c == '.' || c == '?' || c == '!') {
        start = true;
      }
    }
    return result.toString();
  }
}
