/**
 * Models of tasks: opening or creating one for given labels, its inputs, and what it will cost.
 *
 * <p>Nothing here reads data files. Used by runner, evaluators, applications and the command line.
 */
package dev.bearhug.tasks.model;
