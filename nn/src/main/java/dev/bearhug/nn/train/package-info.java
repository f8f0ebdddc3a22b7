/**
 * Training: the loop, its listeners and state, and the folder of checkpoints.
 *
 * <p>For the task layer and for programs that train models of their own.
 */
package dev.bearhug.nn.train;
