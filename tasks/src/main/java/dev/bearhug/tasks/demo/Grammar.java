package dev.bearhug.tasks.demo;

import java.util.List;
import java.util.Map;

/**
 * The parsed form of a grammar resource; its format is described at the top of {@code
 * support-desk.en.grammar}.
 *
 * @param words word lists by name
 * @param frames how a request, greetings and asides are put together
 * @param intents templates by label, in file order
 * @param descriptions what each label means, in file order
 */
record Grammar(
    Map<String, Entries> words,
    Entries frames,
    Map<String, Entries> intents,
    Map<String, String> descriptions) {

  /** The name that stands for the request itself in a frame. */
  static final String BODY = "body";

  /**
   * Alternatives of one list, told apart by use.
   *
   * @param shared entries for every split
   * @param heldOut entries for dev only
   */
  record Entries(List<String> shared, List<String> heldOut) {}
}
