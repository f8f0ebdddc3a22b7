/**
 * Evaluation metrics as pure functions over host arrays.
 *
 * <p>Nothing here knows tensors, models or files. Evaluators and the trainer use this package;
 * third parties add a measure by implementing {@link dev.bearhug.tasks.metric.Metric}. An undefined
 * result, such as the correlation with a constant, is {@code NaN} here and {@code null} in JSON.
 */
package dev.bearhug.tasks.metric;
