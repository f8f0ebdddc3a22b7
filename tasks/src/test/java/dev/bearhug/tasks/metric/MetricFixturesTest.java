package dev.bearhug.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Compares the metrics with values of scikit-learn and scipy. */
@Tag("fixtures")
class MetricFixturesTest {

  private static final double TOLERANCE = 1e-9;
  private static final Map<String, Check> FILES =
      Map.of(
          "classification.json", MetricFixturesTest::checkClassification,
          "regression.json", MetricFixturesTest::checkRegression,
          "multilabel.json", MetricFixturesTest::checkMultiLabel);

  private interface Check {
    /** Compares one case and returns the keys that were compared or served as input. */
    Set<String> run(JsonNode data);
  }

  @TestFactory
  Stream<DynamicTest> valuesEqualTheReference() throws IOException {
    Path folder = SharedFiles.fixtures("metrics");
    List<DynamicTest> tests = new ArrayList<>();
    List<String> left = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        Check check = FILES.get(name);
        if (check == null) {
          left.add(name);
          continue;
        }
        JsonNode cases = new ObjectMapper().readTree(file.toFile()).get("data");
        for (int i = 0; i < cases.size(); i++) {
          JsonNode data = cases.get(i);
          tests.add(DynamicTest.dynamicTest(name + "[" + i + "]", () -> checkAll(check, data)));
        }
      }
    }
    System.out.println("metrics: reference files of measures that are not built here: " + left);
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void checkAll(Check check, JsonNode data) {
    Set<String> keys = new TreeSet<>();
    data.fieldNames().forEachRemaining(keys::add);
    assertThat(check.run(data)).containsAll(keys);
  }

  private static Set<String> checkClassification(JsonNode data) {
    int[] truth = ints(data.get("y_true"));
    int[] predicted = ints(data.get("y_pred"));
    Set<String> seen =
        new TreeSet<>(Set.of("y_true", "y_pred", "labels", "accuracy", "balanced_accuracy", "mcc"));
    seen.addAll(Set.of("cohen_kappa", "confusion_matrix", "micro", "macro", "weighted"));
    seen.addAll(Set.of("per_class", "binary", "scores", "roc_auc", "average_precision"));
    ConfusionMatrix matrix = ConfusionMatrix.ofObserved(truth, predicted);
    assertThat(matrix.classes()).isEqualTo(ints(data.get("labels")));
    for (int i = 0; i < matrix.size(); i++) {
      int[] row = ints(data.get("confusion_matrix").get(i));
      assertThat(matrix.counts()[i]).isEqualTo(Arrays.stream(row).asLongStream().toArray());
    }
    MetricValues values =
        Metrics.compute(List.of(new Accuracy(), F1.binary(1), new Agreement()), truth, predicted);
    for (String key : List.of("accuracy", "balanced_accuracy", "mcc", "cohen_kappa")) {
      assertClose(key, values.get(key), data.get(key));
    }
    for (String average : List.of("micro", "macro", "weighted")) {
      assertTriple(values, average + "_", data.get(average));
    }
    if (data.has("binary")) {
      assertTriple(values, "", data.get("binary"));
    }
    List<PrecisionRecall> perClass = F1.perClass(matrix, ZeroDivision.ZERO);
    for (int i = 0; i < perClass.size(); i++) {
      JsonNode expected = data.get("per_class");
      assertClose("precision", perClass.get(i).precision(), expected.get("precision").get(i));
      assertClose("recall", perClass.get(i).recall(), expected.get("recall").get(i));
      assertClose("f1", perClass.get(i).f1(), expected.get("f1").get(i));
      assertThat(matrix.support(i)).isEqualTo(expected.get("support").get(i).asLong());
    }
    if (data.has("scores")) {
      boolean[] positive = new boolean[truth.length];
      for (int i = 0; i < truth.length; i++) {
        positive[i] = truth[i] == 1;
      }
      MetricValues ranking = new BinaryRanking().compute(positive, doubles(data.get("scores")));
      assertClose("roc_auc", ranking.get("roc_auc"), data.get("roc_auc"));
      assertClose(
          "average_precision", ranking.get("average_precision"), data.get("average_precision"));
    }
    return seen;
  }

  private static Set<String> checkRegression(JsonNode data) {
    double[] x = doubles(data.get("x"));
    double[] y = doubles(data.get("y"));
    MetricValues values = Metrics.compute(Metrics.regression(), x, y);
    assertClose("pearson", values.get("pearson"), data.get("pearson"));
    assertClose("spearman", values.get("spearman"), data.get("spearman"));
    assertClose("kendall_tau_b", values.get("kendall"), data.get("kendall_tau_b"));
    assertClose("mse", values.get("mse"), data.get("mse"));
    assertClose("mae", values.get("mae"), data.get("mae"));
    assertClose("r2_x_true", values.get("r2"), data.get("r2_x_true"));
    return Set.of("x", "y", "pearson", "spearman", "kendall_tau_b", "mse", "mae", "r2_x_true");
  }

  private static Set<String> checkMultiLabel(JsonNode data) {
    MetricValues values =
        new MultiLabel().compute(indicators(data.get("y_true")), indicators(data.get("y_pred")));
    assertClose("subset_accuracy", values.get("subset_accuracy"), data.get("subset_accuracy"));
    assertClose("hamming_loss", values.get("hamming_loss"), data.get("hamming_loss"));
    for (String average : List.of("micro", "macro", "weighted", "samples")) {
      assertTriple(values, average + "_", data.get(average));
    }
    return Set.of(
        "y_true",
        "y_pred",
        "subset_accuracy",
        "hamming_loss",
        "micro",
        "macro",
        "weighted",
        "samples");
  }

  private static void assertTriple(MetricValues values, String prefix, JsonNode expected) {
    for (String key : List.of("precision", "recall", "f1")) {
      assertClose(prefix + key, values.get(prefix + key), expected.get(key));
    }
  }

  private static void assertClose(String key, double actual, JsonNode expected) {
    assertThat(expected).as(key).isNotNull();
    if (expected.isTextual() || expected.isNull()) {
      assertThat(actual).as(key).isNaN();
      return;
    }
    double wanted = expected.asDouble();
    assertThat(Math.abs(actual - wanted))
        .as("%s: %s, reference %s", key, actual, wanted)
        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(wanted)));
  }

  private static int[] ints(JsonNode array) {
    return stream(array).mapToInt(JsonNode::intValue).toArray();
  }

  private static double[] doubles(JsonNode array) {
    return stream(array).mapToDouble(JsonNode::doubleValue).toArray();
  }

  private static boolean[][] indicators(JsonNode rows) {
    boolean[][] result = new boolean[rows.size()][];
    for (int i = 0; i < result.length; i++) {
      result[i] = new boolean[rows.get(i).size()];
      for (int k = 0; k < result[i].length; k++) {
        result[i][k] = rows.get(i).get(k).intValue() == 1;
      }
    }
    return result;
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
