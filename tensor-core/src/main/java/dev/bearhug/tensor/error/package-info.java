/**
 * Exceptions of the engine. Texts follow: op, what is wrong (rule; values), likely reason, what to
 * do.
 */
package dev.bearhug.tensor.error;
