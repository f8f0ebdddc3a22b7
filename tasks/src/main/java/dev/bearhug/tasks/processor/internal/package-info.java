/** Row by row reading of CSV, TSV and JSON; only for {@code dev.bearhug.tasks.processor}. */
package dev.bearhug.tasks.processor.internal;
