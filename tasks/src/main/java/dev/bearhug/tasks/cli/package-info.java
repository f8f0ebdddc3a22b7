/**
 * The command line: one class per command, the options they share, and exit codes.
 *
 * <p>Commands translate options to configurations and results to text; what they do lives in the
 * other packages. Started by the launcher; nothing else uses this package.
 */
package dev.bearhug.tasks.cli;
