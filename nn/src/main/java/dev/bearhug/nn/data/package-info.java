/**
 * From examples to batches of host arrays: datasets, batch samplers, collators and the loader.
 *
 * <p>Nothing here touches tensors or devices: the loader's thread builds plain Java arrays and the
 * training thread makes tensors of them. For the trainer, the task layer and user programs.
 */
package dev.bearhug.nn.data;
