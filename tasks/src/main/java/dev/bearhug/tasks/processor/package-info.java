/**
 * Reading labelled texts from files: the part of a processor that comes before tokenisation.
 *
 * <p>{@link dev.bearhug.tasks.processor.DataSpec} says where the data is, {@link
 * dev.bearhug.tasks.processor.DataLayout} finds out what the specification leaves open, and {@link
 * dev.bearhug.tasks.processor.TextData} holds what was read together with a report. Nothing is
 * dropped silently: a row is delivered, counted as skipped, or an error that names file and line.
 * Used by runner, evaluators and command line.
 */
package dev.bearhug.tasks.processor;
