/**
 * Transformer models, their tokenizers and the Hugging Face folder layout; see the sub-packages.
 */
package dev.bearhug.transformers;
