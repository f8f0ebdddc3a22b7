/** Architectures, one file each, without inheritance between them. Public API. */
package dev.bearhug.transformers.model;
