package dev.bearhug.tasks.processor;

import dev.bearhug.tasks.processor.internal.RawLabel;
import java.nio.file.Path;

/**
 * A row with its texts, before the form of the labels is known.
 *
 * @param place the part of the id after the split
 * @param label {@code null} when the row has none
 */
record RawExample(String place, String textA, String textB, RawLabel label, Path file, long line) {}
