/** Layers shared by models. Public API. */
package dev.bearhug.nn.layer;
