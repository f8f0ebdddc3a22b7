package dev.bearhug.tasks.processor;

/**
 * One text, or a pair of texts, with its label.
 *
 * @param id {@code <split>-<line>}, the line counting from 1; with several files of a split {@code
 *     <split>-<file>.<line>}
 * @param textA the first text, never blank
 * @param textB the second text, or {@code null} for a single text
 * @param label the label
 */
public record TextExample(String id, String textA, String textB, ExampleLabel label) {

  /** Says whether there is a second text. */
  public boolean isPair() {
    return textB != null;
  }
}
