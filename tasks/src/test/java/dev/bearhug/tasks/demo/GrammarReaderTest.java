package dev.bearhug.tasks.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarReaderTest {
  private static Grammar read(String text) throws IOException {
    return GrammarReader.read("test", new BufferedReader(new StringReader(text)));
  }

  @Test
  void readsListsFramesAndIntents() throws IOException {
    Grammar grammar =
        read(
            "# note\n"
                + ":words a\n"
                + "x\n"
                + "~ y\n"
                + ":frame\n"
                + "{body}\n\n"
                + ":intent greet Says hello\n"
                + "hi (you|) {a}\n");
    assertThat(grammar.words().get("a").shared()).containsExactly("x");
    assertThat(grammar.words().get("a").heldOut()).containsExactly("y");
    assertThat(grammar.frames().shared()).containsExactly("{body}");
    assertThat(grammar.intents().get("greet").shared()).containsExactly("hi (you|) {a}");
    assertThat(grammar.descriptions()).containsEntry("greet", "Says hello");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "x ! stands before the first section (test, line 1)",
        ":word a ! unknown section \":word a\" (test, line 1)",
        ":words a;x;:words a ! section \"a\" appears twice (test, line 3)",
        ":words a;((x) ! nested or unbalanced (test, line 2)",
        ":words a;(x ! lacks a closing parenthesis (test, line 2)",
        ":words a;x ! no :frame or no :intent section",
        ":frame;hello;:intent i T;x ! frame \"hello\" has no {body}",
        ":frame;{body} {c};:intent i T;x ! uses {c}, which is no word list",
        ":frame;{body};:intent i T;~ x ! \"i\" has no entry for training",
        ":words a;{b};:words b;{a};:frame;{body};:intent i T;x ! word lists refer to themselves",
      })
  void rejectsWhatItCannotUse(String lines, String message) {
    assertThatThrownBy(() -> read(lines.replace(';', '\n')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
