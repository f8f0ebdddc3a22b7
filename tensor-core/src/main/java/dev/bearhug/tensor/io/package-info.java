/**
 * Tensors in files: reading and writing safetensors, and writing files and folders atomically.
 *
 * <p>Works on names, stored types, shapes and memory; {@code dev.bearhug.tensor} makes tensors of
 * them. Every module may use the public types. All files are taken to be hostile until checked.
 */
package dev.bearhug.tensor.io;
