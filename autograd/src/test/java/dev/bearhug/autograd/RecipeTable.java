package dev.bearhug.autograd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bearhug.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Recipes by the names of operators; each group of operators fills in its own. */
final class RecipeTable {

  private final Map<String, Recipe> recipes = new LinkedHashMap<>();
  private final Set<String> longSums = new HashSet<>();

  /** The recipe for a case, or null if this engine has no op for it yet. */
  Recipe find(JsonNode json) {
    Recipe r = recipes.get(json.get("op").asText());
    return r != null && r.supports().test(json) ? r : null;
  }

  /** Whether results of an operator are long sums, which are compared with more room. */
  boolean isLongSum(String op) {
    return longSums.contains(op);
  }

  /** Adds a recipe; a second one of the same name is refused. */
  void put(String op, Recipe recipe) {
    if (recipes.put(op, recipe) != null) {
      throw new IllegalStateException("two recipes for " + op);
    }
  }

  /** An operator with one output. */
  void one(String op, Function<RecipeCase, Tensor> f) {
    one(op, json -> true, f);
  }

  /** An operator with one output, for the cases that the predicate accepts. */
  void one(String op, Predicate<JsonNode> supports, Function<RecipeCase, Tensor> f) {
    many(op, supports, c -> new Tensor[] {f.apply(c)});
  }

  /** An operator with several outputs. */
  void many(String op, Function<RecipeCase, Tensor[]> f) {
    many(op, json -> true, f);
  }

  /** An operator with several outputs, for the cases that the predicate accepts. */
  void many(String op, Predicate<JsonNode> supports, Function<RecipeCase, Tensor[]> f) {
    put(op, new Recipe(supports, f, f));
  }

  /** A function of one tensor. */
  void unary(String op, Function<Tensor, Tensor> f) {
    one(op, c -> f.apply(c.x()));
  }

  /** Says that results of these operators are long sums. */
  void longSums(String... ops) {
    longSums.addAll(List.of(ops));
  }

  /** Whether a case has none of these inputs. */
  static boolean lacks(JsonNode json, String... inputs) {
    return Arrays.stream(inputs).noneMatch(json.get("inputs")::has);
  }

  /** Number of axes of an input. */
  static int rank(JsonNode json, String input) {
    return json.at("/inputs/" + input + "/shape").size();
  }
}
