/**
 * What a device has to offer to run operations, and the random numbers that are the same on all of
 * them.
 *
 * <p>{@link dev.bearhug.tensor.backend.Philox} and {@link
 * dev.bearhug.tensor.backend.PhiloxGenerator} may be used by every module.
 */
package dev.bearhug.tensor.backend;
