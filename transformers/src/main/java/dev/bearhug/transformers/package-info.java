/** Placeholder. */
package dev.bearhug.transformers;
