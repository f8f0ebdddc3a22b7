package dev.bearhug.transformers.head;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Head of a model.
 *
 * @param kind what it predicts
 * @param labels names of its outputs in order; empty for heads without labels
 * @param problem what the labels are; matters for sequence classification
 */
public record HeadSpec(HeadKind kind, List<String> labels, ProblemType problem) {

  /** Copies the labels. */
  public HeadSpec {
    labels = List.copyOf(labels);
  }

  /** A head without labels of its own. */
  public static HeadSpec of(HeadKind kind) {
    return new HeadSpec(kind, List.of(), ProblemType.SINGLE_LABEL);
  }

  /** Classification of whole inputs. */
  public static HeadSpec classification(List<String> labels) {
    return new HeadSpec(HeadKind.SEQUENCE_CLASSIFICATION, labels, ProblemType.SINGLE_LABEL);
  }

  /** Number of outputs. */
  public int outputs() {
    return labels.size();
  }

  /**
   * Reads {@code architectures}, {@code id2label}, {@code num_labels} and {@code problem_type}.
   * Without them the reference library assumes two labels.
   */
  public static HeadSpec fromJson(JsonNode json) {
    JsonNode classes = json.get("architectures");
    HeadKind kind =
        classes == null || !classes.isArray() || classes.isEmpty()
            ? HeadKind.BASE
            : HeadKind.ofClassName(classes.get(0).asText());
    List<String> labels = new ArrayList<>();
    JsonNode names = json.get("id2label");
    if (names != null && names.isObject()) {
      for (int i = 0; i < names.size(); i++) {
        JsonNode name = names.get(Integer.toString(i));
        if (name == null || !name.isTextual()) {
          throw new IllegalArgumentException(
              "config.json: id2label must name the labels 0 to "
                  + (names.size() - 1)
                  + ", but has no text for "
                  + i
                  + ".");
        }
        labels.add(name.textValue());
      }
    } else {
      int n = json.path("num_labels").asInt(2);
      if (n < 1 || n > 10_000_000) {
        throw new IllegalArgumentException(
            "config.json: num_labels must be between 1 and 10000000, this is " + n + ".");
      }
      for (int i = 0; i < n; i++) {
        labels.add("LABEL_" + i);
      }
    }
    JsonNode problem = json.get("problem_type");
    ProblemType type =
        problem != null && problem.isTextual()
            ? ProblemType.ofKey(problem.textValue())
            : kind == HeadKind.SEQUENCE_CLASSIFICATION && labels.size() == 1
                ? ProblemType.REGRESSION
                : ProblemType.SINGLE_LABEL;
    return new HeadSpec(kind, labels, type);
  }

  /**
   * Writes the keys of the head.
   *
   * @param target a {@code config.json}
   * @param family class name prefix of the architecture, such as {@code Bert}
   */
  public void writeTo(ObjectNode target, String family) {
    target.putArray("architectures").add(family + kind.classSuffix());
    boolean labelled =
        kind == HeadKind.SEQUENCE_CLASSIFICATION || kind == HeadKind.TOKEN_CLASSIFICATION;
    if (labelled) {
      ObjectNode names = target.putObject("id2label");
      ObjectNode ids = target.putObject("label2id");
      for (int i = 0; i < labels.size(); i++) {
        names.put(Integer.toString(i), labels.get(i));
        ids.put(labels.get(i), i);
      }
    }
    if (kind == HeadKind.SEQUENCE_CLASSIFICATION) {
      target.put("problem_type", problem.key());
    }
  }
}
