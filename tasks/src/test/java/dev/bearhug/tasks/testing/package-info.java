/** Helpers for the tests of this module. */
package dev.bearhug.tasks.testing;
