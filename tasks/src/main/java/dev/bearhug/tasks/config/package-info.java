/**
 * The configuration of a run: records that check themselves, and their loader.
 *
 * <p>Values come in layers, later ones winning: {@code defaults.json}, a preset, a file, and single
 * settings {@code a.b=c}. The result written as JSON repeats the run. Used by runner and command
 * line.
 */
package dev.bearhug.tasks.config;
