/**
 * What a user runs: tasks, configuration, runs, applications and the command line; see the
 * sub-packages.
 */
package dev.bearhug.tasks;
