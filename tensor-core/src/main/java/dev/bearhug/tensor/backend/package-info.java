/**
 * Backends: tables of kernels per op and element type, found through {@link
 * java.util.ServiceLoader}. For authors of backends; users only name devices.
 */
package dev.bearhug.tensor.backend;
