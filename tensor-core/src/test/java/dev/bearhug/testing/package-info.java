/** Helpers for the tests of all modules. */
package dev.bearhug.testing;
