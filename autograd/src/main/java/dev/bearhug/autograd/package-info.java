/**
 * Reverse-mode automatic differentiation on an eager tape.
 *
 * <p>Each op on a tensor that requires a gradient leaves a node: the op, where its inputs came
 * from, and the tensors its gradient rule reads. Backward walks the nodes from the loss in reverse
 * order of creation, turns the gradients of outputs into gradients of inputs by the op's rule, adds
 * up what meets, and stores the sums at the leaves. That is the whole idea; {@link
 * dev.bearhug.autograd.Autograd} is the entry.
 */
package dev.bearhug.autograd;
