/** Placeholder. */
package dev.bearhug.nn;
