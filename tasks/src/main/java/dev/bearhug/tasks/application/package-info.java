/**
 * Ready-made uses of trained models for programs: a few lines open a model and ask it.
 *
 * <p>Public API for embedding; nothing here knows the command line.
 */
package dev.bearhug.tasks.application;
