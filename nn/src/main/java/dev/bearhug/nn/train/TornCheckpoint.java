package dev.bearhug.nn.train;

import java.nio.file.Path;

/**
 * A checkpoint folder that cannot be used.
 *
 * @param folder the folder
 * @param reason what is wrong with it, in words
 */
public record TornCheckpoint(Path folder, String reason) {}
