/**
 * Exceptions of the engine, and what helps to word them; every module may use them.
 *
 * <p>All modules follow one rule for what they throw:
 *
 * <ul>
 *   <li>A tensor or op that is used wrongly: {@link dev.bearhug.tensor.error.TensorException} or
 *       one of its kinds, whose text ends with the path of the layer in which it happened.
 *   <li>Any other argument or configuration out of range: {@link IllegalArgumentException}; a call
 *       at the wrong time: {@link IllegalStateException}.
 *   <li>A file that is missing, cannot be read or written, or is not the one that belongs here:
 *       {@link java.io.IOException}, or {@link java.io.UncheckedIOException} where an interface
 *       leaves no room for it.
 *   <li>Tensors, a tokenizer or data whose content breaks the rules of the format: an unchecked
 *       exception of the package that reads it, such as {@link
 *       dev.bearhug.tensor.io.CorruptFileException}. Nothing of the file has been used then.
 *   <li>Other failures that a caller may handle apart from a mistake, such as weights that do not
 *       fit or a loss that is not finite: an unchecked exception of the package where it happens.
 * </ul>
 *
 * <p>Texts follow one form: component, what is wrong (rule; actual values), likely reason, what to
 * do. Where a name is unknown they list the known ones and end with {@link
 * dev.bearhug.tensor.error.Suggestions#didYouMean}.
 */
package dev.bearhug.tensor.error;
