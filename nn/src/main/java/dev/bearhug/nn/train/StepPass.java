package dev.bearhug.nn.train;

/**
 * Forward and backward of one step.
 *
 * @param loss the loss; 0 without labels
 * @param gradNorm joint norm of the gradients; 0 without labels
 * @param labelled whether any label counted, otherwise there are no gradients
 */
record StepPass(double loss, double gradNorm, boolean labelled) {}
