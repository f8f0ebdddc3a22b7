/** The engine's ops, one file each; {@link dev.bearhug.tensor.op.std.StandardOps} lists them. */
package dev.bearhug.tensor.op.std;
