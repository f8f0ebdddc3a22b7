/** Opening, creating and saving models in the Hugging Face folder layout. Public API. */
package dev.bearhug.transformers.pretrained;
