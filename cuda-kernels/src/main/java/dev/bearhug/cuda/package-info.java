/** Placeholder. */
package dev.bearhug.cuda;
