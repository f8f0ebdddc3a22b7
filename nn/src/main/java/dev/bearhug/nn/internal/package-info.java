/** Small helpers shared by the packages of this module; not for use from other modules. */
package dev.bearhug.nn.internal;
