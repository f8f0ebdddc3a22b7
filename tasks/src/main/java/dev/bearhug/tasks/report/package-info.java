/**
 * What a run leaves behind for people: the metrics log, the run report and plots.
 *
 * <p>Used by the runner and the command line. Everything here takes plain numbers and names; plots
 * are best effort, and what could not be drawn is reported rather than thrown.
 */
package dev.bearhug.tasks.report;
