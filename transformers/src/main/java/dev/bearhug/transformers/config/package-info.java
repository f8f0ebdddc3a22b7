/**
 * Model configurations, as read from and written to Hugging Face {@code config.json}. Public API.
 */
package dev.bearhug.transformers.config;
