/** Task heads on top of backbones. Public API. */
package dev.bearhug.transformers.head;
