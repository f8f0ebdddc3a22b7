package dev.bearhug.nn.train;

import java.nio.file.Path;

/**
 * A complete checkpoint on disk.
 *
 * @param folder its folder, {@code checkpoints/step-N}
 * @param step number of optimizer steps done
 * @param sequence rises with every checkpoint written in the run; the newest one is not always the
 *     one with the highest step, after a run went back to an earlier checkpoint
 * @param best whether it was the best one when it was written
 */
public record Checkpoint(Path folder, long step, long sequence, boolean best) {}
