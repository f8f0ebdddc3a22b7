/** The reference backend: naive kernels that judge all others ({@code --device reference}). */
package dev.bearhug.tensor.backend.reference;
