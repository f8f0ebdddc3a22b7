/**
 * What a person sees while a run goes on: a progress bar or plain lines on standard error, and
 * numbers written for people.
 *
 * <p>Used by the runner and the command line; knows nothing of models or tensors.
 */
package dev.bearhug.tasks.progress;
