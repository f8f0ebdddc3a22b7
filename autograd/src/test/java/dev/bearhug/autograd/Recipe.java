package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How an operator of the reference values is computed here.
 *
 * @param supports whether the description of a case asks for nothing else
 * @param forward its outputs
 * @param differentiable outputs that all take gradients
 */
record Recipe(
    Predicate<JsonNode> supports,
    Function<RecipeCase, Tensor[]> forward,
    Function<RecipeCase, Tensor[]> differentiable) {}
