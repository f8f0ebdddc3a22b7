/** Losses that models are trained with, written with the ops of the engine. Public API. */
package dev.bearhug.nn.loss;
