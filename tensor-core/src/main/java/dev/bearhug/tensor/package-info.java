/** Placeholder. */
package dev.bearhug.tensor;
