/**
 * The types of tasks, found by name or by one of HugNLP's keys.
 *
 * <p>A {@link dev.bearhug.tasks.registry.TaskPlugin} brings data reading, head, evaluation and
 * default metric together, so that none of them can be missing. Third-party jars add plugins
 * through {@link java.util.ServiceLoader}. Used by runner, applications and the command line.
 */
package dev.bearhug.tasks.registry;
