package dev.bearhug.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Behaviour of the metrics where it can be worked out by hand or by a slow definition. */
class MetricsTest {

  private static final int[] TRUTH = {0, 0, 1, 1, 2, 2, 2, 1};
  private static final int[] PREDICTED = {0, 1, 1, 1, 2, 0, 2, 1};

  @Test
  void singleLabelMetricsFollowFromTheConfusionMatrix() {
    ConfusionMatrix matrix = ConfusionMatrix.ofObserved(TRUTH, PREDICTED);
    assertThat(matrix.counts()).isDeepEqualTo(new long[][] {{1, 1, 0}, {0, 3, 0}, {1, 0, 2}});
    MetricValues values = Metrics.compute(Metrics.singleLabel(3), TRUTH, PREDICTED);
    assertThat(values.get("accuracy")).isEqualTo(0.75);
    assertThat(values.get("balanced_accuracy")).isCloseTo((0.5 + 1 + 2 / 3.0) / 3, within(1e-15));
    assertThat(values.get("macro_precision")).isCloseTo((0.5 + 0.75 + 1) / 3, within(1e-15));
    assertThat(values.get("micro_f1")).isEqualTo(0.75);
    assertThat(values.get("weighted_recall")).isCloseTo(0.75, within(1e-15));
    assertThat(values.values()).doesNotContainKey("f1");
    assertThat(
            Metrics.compute(Metrics.singleLabel(2), new int[] {1, 0}, new int[] {1, 1}).get("f1"))
        .isCloseTo(2 / 3.0, within(1e-15));
  }

  @Test
  void macroAveragesLeaveOutClassesThatNeverOccur() {
    MetricValues values = F1.averaged().compute(new int[] {0, 5}, new int[] {0, 5});
    assertThat(values.get("macro_f1")).isEqualTo(1);
  }

  @Test
  void emptyDenominatorsTakeTheChosenValue() {
    int[] truth = {0, 0, 1};
    int[] predicted = {0, 0, 0};
    assertThat(F1.binary(1).compute(truth, predicted).get("precision")).isZero();
    MetricValues one = F1.binary(1, ZeroDivision.ONE).compute(truth, predicted);
    assertThat(one.get("precision")).isEqualTo(1);
    assertThat(one.get("recall")).isZero();
    assertThat(one.get("f1")).isZero();
    assertThat(F1.binary(7, ZeroDivision.ONE).compute(truth, predicted).get("f1")).isEqualTo(1);
    boolean[][] none = {{false, false}};
    assertThat(new MultiLabel(ZeroDivision.ONE).compute(none, none).get("weighted_f1"))
        .isEqualTo(1);
    assertThat(new MultiLabel().compute(none, none).get("samples_f1")).isZero();
    assertThat(new MultiLabel(ZeroDivision.ONE).compute(none, new boolean[][] {{true, false}}))
        .extracting(v -> v.get("weighted_precision"), v -> v.get("weighted_recall"))
        .containsExactly(0.0, 1.0);
  }

  @Test
  void confusionMatrixIsAValue() {
    ConfusionMatrix matrix = ConfusionMatrix.of(TRUTH, PREDICTED, 4);
    assertThat(matrix).isNotEqualTo(ConfusionMatrix.ofObserved(TRUTH, PREDICTED));
    assertThat(matrix).isEqualTo(ConfusionMatrix.of(TRUTH, PREDICTED, 4));
    assertThat(matrix).hasSameHashCodeAs(ConfusionMatrix.of(TRUTH, PREDICTED, 4));
    matrix.counts()[0][0] = 99;
    assertThat(matrix.count(0, 0)).isEqualTo(1);
    assertThat(matrix.support(3)).isZero();
    assertThat(matrix.positionOf(9)).isEqualTo(-1);
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {0}, new int[] {4}, 4))
        .hasMessage("confusion matrix: the prediction at 0 is class 4, outside of [0, 4).");
  }

  @Test
  void undefinedResultsAreNaNAndNullInJson() {
    double[] constant = {2, 2, 2};
    double[] rising = {1, 2, 3};
    MetricValues values = Metrics.compute(Metrics.regression(), constant, rising);
    assertThat(values.get("pearson")).isNaN();
    assertThat(values.get("spearman")).isNaN();
    assertThat(values.get("kendall")).isNaN();
    assertThat(values.toJson().get("pearson").isNull()).isTrue();
    assertThat(values.toJson().get("mse").doubleValue()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(Correlation.pearson(new double[] {1, Double.NaN}, new double[] {1, 2})).isNaN();
    assertThat(Correlation.pearson(new double[] {1}, new double[] {2})).isNaN();
    assertThat(new Accuracy().compute(new int[0], new int[0]).get("accuracy")).isNaN();
    assertThat(Agreement.cohenKappa(ConfusionMatrix.ofObserved(new int[] {1}, new int[] {1})))
        .isNaN();
    assertThat(new BinaryRanking().compute(new boolean[] {true}, new double[] {1}).get("roc_auc"))
        .isNaN();
  }

  @Test
  void determinationOfConstantReferencesIsOneOrZero() {
    double[] constant = {2, 2};
    assertThat(RegressionError.determination(constant, constant)).isEqualTo(1);
    assertThat(RegressionError.determination(constant, new double[] {2, 3})).isZero();
    assertThat(RegressionError.determination(new double[] {1}, new double[] {1})).isNaN();
  }

  @Test
  void kendallEqualsTheCountOverAllPairs() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      int n = 2 + random.nextInt(30);
      double[] x = random.ints(n, 0, 6).asDoubleStream().toArray();
      double[] y = random.ints(n, 0, 6).asDoubleStream().toArray();
      double difference = 0;
      double untiedX = 0;
      double untiedY = 0;
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) {
          difference += Math.signum(x[i] - x[k]) * Math.signum(y[i] - y[k]);
          untiedX += x[i] == x[k] ? 0 : 1;
          untiedY += y[i] == y[k] ? 0 : 1;
        }
      }
      double expected = difference / Math.sqrt(untiedX * untiedY);
      if (Double.isNaN(expected)) {
        assertThat(Correlation.kendall(x, y)).as("seed %d", seed).isNaN();
      } else {
        assertThat(Correlation.kendall(x, y))
            .as("seed %d", seed)
            .isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void spearmanSharesRanksAmongTies() {
    assertThat(Ranks.average(new double[] {3, 1, 3, 2})).containsExactly(3.5, 1, 3.5, 2);
    assertThat(Ranks.average(new double[] {0.0, -0.0})).containsExactly(1.5, 1.5);
    assertThat(Correlation.spearman(new double[] {1, 10, 100}, new double[] {1, 2, 3}))
        .isCloseTo(1, within(1e-15));
  }

  @Test
  void pearsonSurvivesHugeValues() {
    assertThat(Correlation.pearson(new double[] {1e300, 2e300, 3e300}, new double[] {1, 2, 3}))
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void directionsAndImprovements() {
    assertThat(Metrics.greaterIsBetter("mse")).isFalse();
    assertThat(Metrics.greaterIsBetter("macro_f1")).isTrue();
    assertThat(Metrics.isImprovement("loss", 0.1, 0.2)).isTrue();
    assertThat(Metrics.isImprovement("accuracy", 0.1, 0.2)).isFalse();
    assertThat(Metrics.isImprovement("accuracy", Double.NaN, 0.2)).isFalse();
    assertThat(Metrics.isImprovement("accuracy", 0.1, Double.NaN)).isTrue();
  }

  @Test
  void sizesMustAgreeAndNamesMustBeUnique() {
    assertThatThrownBy(() -> new Accuracy().compute(new int[2], new int[3]))
        .hasMessageContaining("(references 2, predictions 3)");
    assertThatThrownBy(
            () -> new MultiLabel().compute(new boolean[][] {{true}}, new boolean[][] {{}}))
        .hasMessageContaining("row 0 has 1 references and 0 predictions");
    assertThatThrownBy(
            () -> Metrics.compute(List.of(new Accuracy(), new Accuracy()), TRUTH, PREDICTED))
        .hasMessageContaining("\"accuracy\" is computed twice");
    assertThatThrownBy(() -> MetricValues.of("mcc", 1).get("f1")).hasMessageContaining("[mcc]");
    assertThatThrownBy(() -> new BinaryRanking().compute(new boolean[1], new double[] {Double.NaN}))
        .hasMessageContaining("must be finite");
  }
}
