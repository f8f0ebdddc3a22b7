package dev.bearhug.tasks.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.testing.SharedFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads public data sets in the layouts in which they are published. */
@Tag("fixtures")
class RealDataTest {

  private static DataSpec.Builder at(String name) {
    return DataSpec.at(SharedFiles.data(name).toString());
  }

  private static TextData load(DataSpec.Builder spec, int train, int dev, boolean pairs) {
    TextData data = TextData.load(spec.build());
    assertThat(data.get(Split.TRAIN)).hasSize(train).allMatch(e -> e.isPair() == pairs);
    assertThat(data.get(Split.DEV)).hasSize(dev).allMatch(e -> e.isPair() == pairs);
    return data;
  }

  @Test
  void sst2() {
    TextData data = load(at("sst2"), 6920, 698, false);
    assertThat(data.labels().names()).containsExactly("0", "1");
    assertThat(data.get(Split.DEV).get(0).textA()).isEqualTo("one long string of cliches");
  }

  @Test
  void agNewsIsCutFromOneFile() {
    DataSpec.Builder spec = at("ag_news").train("test.csv").trainRows(5000).label("0");
    TextData data = load(spec.text("1", "2"), 5000, 1080, false);
    assertThat(data.labels().names()).containsExactly("1", "2", "3", "4");
    assertThat(data.get(Split.TRAIN).get(0).textA())
        .startsWith("Fears for T N pension after talks Unions representing");
    assertThat(data.get(Split.TEST)).isEmpty();
    load(at("ag_news").train("test.csv").trainRows(5000), 5000, 1080, true);
    assertThatThrownBy(() -> TextData.load(at("ag_news").build()))
        .hasMessageContaining("there is no train file");
  }

  @Test
  void mrpcHasLoneQuotesAndAByteOrderMark() {
    TextData data = load(at("mrpc"), 3668, 327, true);
    assertThat(data.labels().names()).containsExactly("0", "1");
    assertThat(data.get(Split.DEV).get(0).textB())
        .isEqualTo("\"The foodservice pie business does not fit our long-term growth strategy.");
  }

  @Test
  void stsbIsARegression() {
    TextData data = load(at("stsb_en"), 5749, 1200, true);
    assertThat(data.labels()).isEqualTo(LabelSet.regression());
    assertThat(data.get(Split.TRAIN).get(1).label()).isEqualTo(new ExampleLabel.Score(3.8));
  }

  @Test
  void afqmcIsCutFromDev() {
    TextData data = load(at("afqmc").train("dev.json").devFraction(0.2), 2762, 691, true);
    assertThat(data.labels().names()).containsExactly("0", "1");
    assertThat(data.get(Split.TEST)).hasSize(3861);
    assertThat(data.get(Split.TEST).get(0).label()).isEqualTo(new ExampleLabel.None());
  }

  @Test
  void qnliIsCutFromDev() {
    TextData data = load(at("qnli").train("dev.tsv").devFraction(0.25), 3275, 1092, true);
    assertThat(data.labels().names()).containsExactly("entailment", "not_entailment");
  }

  @Test
  void rte() {
    assertThat(load(at("rte"), 2490, 222, true).labels().names()).containsExactly("0", "1");
  }

  @Test
  void cola() {
    assertThat(load(at("cola"), 8551, 413, false).labels().names()).containsExactly("0", "1");
  }

  @Test
  void ocnliHasRowsWithoutAgreement() {
    TextData data = load(at("ocnli").skipLabels("-"), 9985, 2361, true);
    assertThat(data.labels().names()).containsExactly("contradiction", "entailment", "neutral");
    assertThat(data.reports().get(Split.DEV).skippedLabels()).containsEntry("-", 39L);
  }
}
