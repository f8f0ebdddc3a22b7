/**
 * The flow of one run: configuration, data, tokenizer, model, training, evaluation, predictions,
 * and the folder that holds it all.
 *
 * <p>{@link dev.bearhug.tasks.runner.Runner} is the entry; its steps can be overridden one by one.
 * Used by the command line and by programs.
 */
package dev.bearhug.tasks.runner;
