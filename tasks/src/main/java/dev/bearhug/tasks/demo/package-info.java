/**
 * The data of {@code bearhug demo}: labelled support-desk requests from the project's own grammar.
 *
 * <p>Used by the command line and by tests that need small, learnable text data. Nothing here reads
 * tensors or models; the data leave this package as files or as plain lists.
 */
package dev.bearhug.tasks.demo;
