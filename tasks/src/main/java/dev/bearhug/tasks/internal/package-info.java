/** Small utilities for the packages of this module; not for other modules. */
package dev.bearhug.tasks.internal;
