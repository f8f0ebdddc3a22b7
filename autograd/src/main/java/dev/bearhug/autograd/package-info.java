/** Placeholder. */
package dev.bearhug.autograd;
