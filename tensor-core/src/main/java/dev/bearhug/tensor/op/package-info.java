/**
 * Operators: one declaration per op (shape rule, gradient, definition by other ops, samples) and
 * the dispatcher that checks, allocates, runs a kernel or the definition, and tells the hooks.
 * Public API for authors of ops.
 */
package dev.bearhug.tensor.op;
