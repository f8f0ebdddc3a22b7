package dev.bearhug.tensor.op;

/**
 * A call that must fail.
 *
 * @param sample the call
 * @param error class of the exception
 * @param message its exact text
 * @param <A> type of the attributes
 */
public record ErrorSample<A>(
    Sample<A> sample, Class<? extends RuntimeException> error, String message) {}
