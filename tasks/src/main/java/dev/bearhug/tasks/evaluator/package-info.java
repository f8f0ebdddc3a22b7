/**
 * Judging a model on a whole split: outputs of all examples first, then the metrics over them.
 *
 * <p>A score never depends on the batch size. Evaluators know features, labels and metrics, but
 * neither files nor the command line. Used by runner, applications and the command line.
 */
package dev.bearhug.tasks.evaluator;
