/**
 * Parts of trainable models: layers, parameters and where they come from, checkpoints as sources of
 * weights and the report of loading them. Public API. Sub-packages hold the layers, optimizers,
 * data loading and training.
 */
package dev.bearhug.nn;
