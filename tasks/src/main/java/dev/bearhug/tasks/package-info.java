/** Placeholder. */
package dev.bearhug.tasks;
