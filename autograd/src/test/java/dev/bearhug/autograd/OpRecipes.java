package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;

/** The table from operator names of the reference values to calls of this engine. */
final class OpRecipes {

  private static final RecipeTable TABLE = new RecipeTable();

  static {
    MathRecipes.register(TABLE);
    IndexRecipes.register(TABLE);
    NormRecipes.register(TABLE);
    AttentionRecipes.register(TABLE);
  }

  private OpRecipes() {}

  /** The recipe for a case, or null if this engine has no op for it yet. */
  static Recipe find(JsonNode json) {
    return TABLE.find(json);
  }

  /** Whether results of an operator are long sums, which are compared with more room. */
  static boolean isLongSum(String op) {
    return TABLE.isLongSum(op);
  }
}
