/**
 * Text to token ids and back: Hugging Face tokenizers behind the library-neutral {@link
 * dev.bearhug.transformers.tokenizer.Tokenizer}, conversion of older vocabulary files, and a
 * WordPiece vocabulary trainer for models that start from random weights.
 *
 * <p>Start at {@link dev.bearhug.transformers.tokenizer.AutoTokenizer#open(java.nio.file.Path)}.
 * Any module above {@code nn} may use the public types. This is the only package that knows the
 * native tokenizer library; nothing here touches tensors, and nothing is ever downloaded. Padding
 * of batches belongs to the collator.
 */
package dev.bearhug.transformers.tokenizer;
