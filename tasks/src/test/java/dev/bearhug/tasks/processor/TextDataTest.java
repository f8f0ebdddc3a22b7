package dev.bearhug.tasks.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading of every format, the decisions about the layout, and the errors with file and line. */
class TextDataTest {

  @TempDir Path folder;

  private void write(String name, String content) {
    try {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private DataSpec.Builder spec() {
    return DataSpec.at(folder.toString());
  }

  private TextData load() {
    return TextData.load(spec().build());
  }

  private void assertFails(DataSpec.Builder spec, String... parts) {
    assertThatThrownBy(() -> TextData.load(spec.build()))
        .isInstanceOf(DataException.class)
        .message()
        .contains(parts);
  }

  private void writeFolder() {
    write(
        "train.json",
        """
        {"sentence1": "the plot kept me awake", "sentence2": "he liked it", "label": "yes"}

        {"sentence1": "slow service", "sentence2": "all good", "label": "no", "extra": 1}
        """);
    write("dev.json", "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": \"no\"}\r\n");
    write("test.json", "{\"sentence1\": \"c\", \"sentence2\": \"d\"}");
  }

  @Test
  void rowsToPredictMayLackTheLabelsColumn() {
    write("train.csv", "a b,c d,1.5\ne f,g h,2.5\ni j,k l,0.5\n");
    write("dev.csv", "m n,o p,3.5\n");
    TextData data = load();
    write("new.csv", "q r,s t\n");
    DataSpec unlabelled =
        DataSpec.at(folder.resolve("new.csv").toString())
            .text("0")
            .textPair("1")
            .label("2")
            .header(Toggle.FALSE)
            .build();
    assertThat(TextData.loadSplit(unlabelled, Split.TEST, data.labels()).get(Split.TEST))
        .containsExactly(new TextExample("test-1", "q r", "s t", new ExampleLabel.None()));
  }

  @Test
  void readsAHugNlpFolder() {
    writeFolder();
    TextData data = load();
    assertThat(data.labels().names()).containsExactly("no", "yes");
    assertThat(data.get(Split.TRAIN))
        .containsExactly(
            new TextExample(
                "train-1", "the plot kept me awake", "he liked it", new ExampleLabel.Single("yes")),
            new TextExample("train-3", "slow service", "all good", new ExampleLabel.Single("no")));
    assertThat(data.get(Split.TEST))
        .containsExactly(new TextExample("test-1", "c", "d", new ExampleLabel.None()));
    ReadReport report = data.reports().get(Split.TRAIN);
    assertThat(report.rows()).isEqualTo(2);
    assertThat(report.blankLines()).isEqualTo(1);
    assertThat(report.labelCounts()).containsEntry("yes", 1L).containsEntry("no", 1L);
    assertThat(report.decisions())
        .contains("train is train.json", "texts are in sentence1 and sentence2");
    assertThat(report.withLongTexts(1, 64).summary())
        .isEqualTo(
            "train: 2 examples from [train.json], 1 blank lines skipped, 1 cut to 64 tokens");
    assertThat(TextData.load(spec().format(DataFormat.FOLDER).build()).examples())
        .isEqualTo(data.examples());
  }

  @Test
  void labelNamesFileGivesTheOrder() {
    writeFolder();
    write("label_names.json", "{\"yes\": \"good\", \"no\": \"bad\", \"maybe\": \"\"}");
    assertThat(load().labels().names()).containsExactly("yes", "no", "maybe");
    write("label_names.json", "[\"yes\"]");
    assertFails(spec(), "train.json:3", "\"no\" is unknown in train", "yes");
    write("label_names.json", "[\"yes\", \"yes\"]");
    assertFails(spec(), "label_names.json", "all different");
    write("label_names.json", "{\"yes\": 1,\n \"no\" 2}");
    assertFails(spec(), "label_names.json:2:", "broken JSON");
  }

  @Test
  void readsCsvWithQuotesAndLineEndsInFields() {
    write(
        "train.csv",
        "\uFEFFtext,label\r\n"
            + "\"a \"\"quoted\"\", one\n"
            + "second line\",pos\r\n\r\n"
            + "lone \" quote,neg\n");
    write("dev.csv", "label,text\npos,\"x\"\n");
    TextData data = load();
    assertThat(data.get(Split.TRAIN).get(0).textA()).isEqualTo("a \"quoted\", one\nsecond line");
    assertThat(data.get(Split.TRAIN).get(1))
        .isEqualTo(
            new TextExample("train-5", "lone \" quote", null, new ExampleLabel.Single("neg")));
    assertThat(data.get(Split.DEV).get(0).textA()).isEqualTo("x");
    assertThat(data.reports().get(Split.TRAIN).blankLines()).isEqualTo(1);
  }

  @Test
  void tsvTakesQuotesAsTheyAreUnlessTold() {
    write("train.tsv", "\"half open\t0\nok\t1\n");
    write("dev.tsv", "\"q\"\t1\n");
    TextData data = load();
    assertThat(data.get(Split.TRAIN).get(0).textA()).isEqualTo("\"half open");
    assertThat(data.get(Split.DEV).get(0).textA()).isEqualTo("\"q\"");
    assertThat(data.reports().get(Split.TRAIN).decisions())
        .contains("train.tsv has no header: its first row names no known column");
    assertFails(spec().quote(Toggle.TRUE), "train.tsv:1:1", "never closed", "data.quote=false");
  }

  @Test
  void readsJsonLinesAndJsonArraysWithNamedColumns() {
    write(
        "train.jsonl", "{\"body\": \"a\", \"kind\": \"x\"}\n{\"body\": \"b\", \"kind\": \"y\"}\n");
    write(
        "dev.json",
        "\n [{\"body\": \"c\",\n \"kind\": \"x\"},\n {\"body\": \"d\", \"kind\": \"y\"}]\n");
    DataSpec.Builder spec = spec().text("body").label("kind");
    TextData data = TextData.load(spec.build());
    assertThat(data.get(Split.DEV)).extracting(TextExample::id).containsExactly("dev-2", "dev-4");
    assertThat(data.get(Split.DEV)).extracting(TextExample::textA).containsExactly("c", "d");
    write("dev.json", "[{\"body\": \"c\", \"kind\": \"x\"},\n {\"body\": }]");
    assertFails(spec, "dev.json:2:", "broken JSON");
    write("dev.json", "[{\"body\": \"c\", \"kind\": \"x\"}] []");
    assertFails(spec, "dev.json:1", "text after the array");
    write("dev.json", "[{\"body\": \"c\", \"kind\": \"x\"},");
    assertFails(spec, "dev.json:", "broken JSON");
    write("dev.json", "[3]");
    assertFails(spec, "dev.json:1", "must be a JSON object (is number)");
  }

  @Test
  void joinsColumnsAndTakesIndices() {
    write("train.csv", "1,title,body\n2,t,b\n");
    write("dev.csv", "1,u,v\n");
    DataSpec.Builder spec = spec().label("0").text("1", "2");
    assertThat(TextData.load(spec.build()).get(Split.TRAIN).get(0).textA()).isEqualTo("title body");
    assertFails(spec().label("7").text("1"), "train.csv:1", "no column \"7\" (columns: 0, 1, 2)");
  }

  @Test
  void brokenJsonNamesFileLineAndColumn() {
    writeFolder();
    write("train.json", "{\"sentence1\": \"a\", \"label\": \"x\"}\n{\"sentence1\" \"b\"}\n");
    assertFails(spec(), "train.json:2:14", "broken JSON");
    write("train.json", "{\"sentence1\": \"a\", \"label\": \"x\", \"label\": \"y\"}\n");
    assertFails(spec(), "train.json:1:", "Duplicate field 'label'");
    write("train.json", "{\"sentence1\": \"a\", \"label\": \"x\"} {}\n");
    assertFails(spec(), "train.json:1:", "broken JSON");
  }

  @Test
  void missingColumnsListThePresentAndTheNearest() {
    write("train.tsv", "text\tlabel\na\tx\nb\ty\n");
    write("dev.tsv", "text\tlabel\nb\tx\n");
    assertFails(
        spec().text("texts"),
        "train.tsv:1: there is no column \"texts\" (columns: text, label). Did you mean text?");
    assertFails(spec().label("lable"), "\"lable\"", "Did you mean label?");
    write("dev.tsv", "text\tlabl\nb\tx\n");
    assertFails(spec(), "dev.tsv:2: there is no column \"label\"", "Did you mean labl?");
    write("one.json", "{\"sentence1\": \"a\", \"label\": \"x\"}\n{\"sentence\": \"b\"}\n");
    assertFails(
        DataSpec.at(folder.resolve("one.json").toString()).trainRows(1).labelType(LabelType.SINGLE),
        "one.json:2: there is no column \"label\" (columns: sentence)");
    write(
        "one.json",
        "{\"sentence1\": \"a\", \"label\": \"x\"}\n{\"sentence\": \"b\", \"label\": \"x\"}\n");
    assertFails(
        DataSpec.at(folder.resolve("one.json").toString()).trainRows(1),
        "one.json:2: there is no column \"sentence1\" (columns: sentence, label). Did you mean"
            + " sentence?");
  }

  @Test
  void wrongFieldCountsNameALikelyCause() {
    write("train.csv", "a,x\nb,y\none, two,x\n");
    write("dev.csv", "b,y\n");
    assertFails(spec(), "train.csv:3: the row has 3 fields, line 1 has 2", "must be in quotes");
    write("train.csv", "text,label\na,x\nb;y\n");
    assertFails(spec(), "train.csv:3", "The delimiter may be ';': set data.delimiter.");
    write("train.csv", "text,label\n\"a\"b,x\n");
    assertFails(spec(), "train.csv:2:4", "a closing quote must be followed by ','");
  }

  @Test
  void emptyTextIsAnError() {
    write("train.tsv", "a\t0\n  \t1\n");
    write("dev.tsv", "a\t0\n");
    assertFails(spec(), "train.tsv:2: the text in column \"0\" is empty.");
  }

  @Test
  void unknownLabelsOfDevListThoseOfTrain() {
    write("train.tsv", "text\tlabel\na\tgood\nb\tbad\n");
    write("dev.tsv", "text\tlabel\na\tgood\n\nc\tgodo\n");
    assertFails(
        spec(),
        "dev.tsv:4: the label \"godo\" is unknown in dev (labels of train: bad, good). Did you mean"
            + " good?");
    TextData data = TextData.load(spec().skipLabels("godo").build());
    assertThat(data.reports().get(Split.DEV).skippedLabels()).containsEntry("godo", 1L);
    assertThat(data.get(Split.DEV)).hasSize(1);
  }

  @Test
  void regressionRefusesWordsAndInfinities() {
    write("train.csv", "a,b,4.75\nc,d,1\n");
    write("dev.csv", "a,b,3\n");
    TextData data = load();
    assertThat(data.labels()).isEqualTo(LabelSet.regression());
    assertThat(data.labels().outputs()).isEqualTo(1);
    assertThat(data.get(Split.TRAIN).get(0).label()).isEqualTo(new ExampleLabel.Score(4.75));
    DataSpec.Builder regression =
        spec().label("2").text("0").labelType(LabelType.REGRESSION).header(Toggle.FALSE);
    for (String bad : List.of("NaN", "-inf", "Infinity")) {
      write("dev.csv", "a,b," + bad + "\n");
      assertFails(regression, "dev.csv:1", bad + " is not finite");
    }
    write("dev.csv", "a,b,1e999\n");
    assertFails(regression, "dev.csv:1", "too large");
    write("dev.csv", "a,b,high\n");
    assertFails(regression, "dev.csv:1: the label \"high\" is not a number");
    write("train.csv", "a,b,4.75\nc,d,none\n");
    assertFails(
        spec().label("2").text("0"), "train.csv:2", "\"none\" is no number", "data.labelType");
  }

  @Test
  void labelTypeIsDetectedOnlyWithoutDoubt() {
    write("dev.csv", "text,label\na,0\n");
    write("train.csv", "text,label\na,0\nb,10\nc,100\n");
    assertFails(spec(), "train.csv:2", "whole numbers (0, 10, 100)", "data.labelType");
    write("train.csv", "text,label\na,1.0\nb,0.0\n");
    assertFails(spec(), "labels such as 1.0 may be classes or scores");
    write("train.csv", "text,label\n" + "a,0\nb,1\nc,2\n".repeat(2));
    assertThat(load().labels())
        .isEqualTo(LabelSet.ofNames(LabelType.SINGLE, List.of("0", "1", "2")));
    StringBuilder many = new StringBuilder("text,label\n");
    for (int i = 0; i < 80; i++) {
      many.append("t,word").append(i).append('\n');
    }
    write("train.csv", many.toString());
    assertFails(spec(), "80 different labels in 80 rows");
  }

  @Test
  void labelSetsComeFromArraysOrASeparator() {
    write(
        "train.jsonl",
        "{\"text\": \"a\", \"label\": [\"x\", \"y\"]}\n{\"text\": \"b\", \"label\": []}\n");
    write("dev.jsonl", "{\"text\": \"c\", \"label\": [\"y\"]}\n");
    TextData data = load();
    assertThat(data.labels().type()).isEqualTo(LabelType.MULTI);
    assertThat(data.get(Split.TRAIN))
        .extracting(TextExample::label)
        .containsExactly(
            new ExampleLabel.Multi(Set.of("x", "y")), new ExampleLabel.Multi(Set.of()));
    assertFails(spec().labelType(LabelType.SINGLE), "train.jsonl:1: the label is an array");
    write("dev.jsonl", "{\"text\": \"c\", \"label\": [\"y\", \"y\"]}\n");
    assertFails(spec(), "dev.jsonl:1", "occurs twice");
    write("csv/train.csv", "text,label\na,x|y\nb,\n");
    write("csv/dev.csv", "text,label\na,y\n");
    TextData csv =
        TextData.load(DataSpec.at(folder.resolve("csv").toString()).labelSeparator("|").build());
    assertThat(csv.labels()).isEqualTo(data.labels());
    assertThat(csv.get(Split.TRAIN).get(1).label()).isEqualTo(new ExampleLabel.Multi(Set.of()));
  }

  @Test
  void malformedUtf8NamesTheByte() throws IOException {
    writeFolder();
    byte[] gbk = {'{', '}', '\n', '{', (byte) 0xC4, (byte) 0xE3, '}'};
    Files.write(folder.resolve("train.json"), gbk);
    assertFails(spec().text("a").label("b"), "train.json:1");
    Files.write(
        folder.resolve("dev.json"),
        "{\"sentence1\": \"ok\"}\n\"\u00e4".getBytes(StandardCharsets.ISO_8859_1));
    write("train.json", "{\"sentence1\": \"a\", \"label\": \"x\"}");
    write("dev.json.txt", "");
    byte[] bad =
        "{\"sentence1\": \"a\", \"label\": \"x\"}\n{\"\u00e4".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(folder.resolve("dev.json"), bad);
    assertFails(spec(), "dev.json:2:3: byte 0xE4 is not valid UTF-8", "GBK");
    write("array/train.json", "[]");
    Files.write(folder.resolve("array/train.json"), new byte[] {'[', '\n', (byte) 0xFF, ']'});
    assertFails(
        DataSpec.at(folder.resolve("array").toString()).format(DataFormat.JSON).devFraction(0.5),
        "train.json:2:1: byte 0xFF");
  }

  @Test
  void duplicateHeadersAreAnError() {
    write("train.csv", "text,label,label\na,x,y\n");
    write("dev.csv", "text,label\na,x\n");
    assertFails(spec(), "train.csv:1: the header names the column \"label\" twice");
  }

  @Test
  void aSuspiciousFirstRowMustBeDecidedByTheUser() {
    write("train.tsv", "tweet\tmood\n" + "fine day\t1\nbad day\t0\n".repeat(3));
    write("dev.tsv", "tweet\tmood\nfine\t1\n");
    assertFails(spec(), "train.tsv:1: the first row may be a header", "\"mood\"");
    TextData data = TextData.load(spec().text("tweet").label("mood").build());
    assertThat(data.get(Split.TRAIN)).hasSize(6);
    assertThat(data.reports().get(Split.TRAIN).decisions())
        .contains("train.tsv has a header: columns are given by name");
  }

  @Test
  void devIsCutFromTrain() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      rows.append("text ").append(i).append('\t').append(i % 2).append('\n');
    }
    write("all.tsv", rows.toString());
    TextData first = TextData.load(spec().train("all.tsv").trainRows(40).build());
    assertThat(first.get(Split.TRAIN)).hasSize(40);
    assertThat(first.get(Split.DEV)).hasSize(10).first().extracting("id").isEqualTo("dev-41");
    TextData random = TextData.load(spec().train("*.tsv").devFraction(0.2).build());
    assertThat(random.get(Split.DEV)).hasSize(10);
    assertThat(random).isEqualTo(TextData.load(spec().train("*.tsv").devFraction(0.2).build()));
    assertThat(random.get(Split.DEV))
        .isNotEqualTo(
            TextData.load(spec().train("all.tsv").devFraction(0.2).splitSeed(7).build())
                .get(Split.DEV));
    assertThat(random.get(Split.TRAIN))
        .extracting(TextExample::textA)
        .doesNotContainAnyElementsOf(
            random.get(Split.DEV).stream().map(TextExample::textA).toList());
    assertThat(
            TextData.loadSplit(
                    spec().train("all.tsv").devFraction(0.2).build(), Split.DEV, random.labels())
                .get(Split.DEV))
        .isEqualTo(random.get(Split.DEV));
    assertFails(spec().train("all.tsv").trainRows(50), "all.tsv", "data.trainRows=50", "(50 rows)");
  }

  @Test
  void missingFilesSayWhatThereIs() {
    assertFails(DataSpec.at(folder.resolve("nowhere").toString()), "no such file or folder");
    assertFails(spec(), "there is no train file (files: none)", "data.train");
    assertThatThrownBy(() -> DataLayout.resolve(spec().build()))
        .hasMessageContaining("no file named train, dev or test");
    write("dev.tsv", "a\t0\nb\t1\n");
    assertFails(spec(), "there is no train file (files: dev.tsv)", "data.devFraction");
    write("train.tsv", "a\t0\nb\t1\n");
    assertFails(spec().dev("dve.tsv"), "no file matches \"dve.tsv\"", "Did you mean dev.tsv?");
    assertFails(spec().dev("train.tsv").train("train.tsv"), "named for two splits");
    write("train.csv", "a,0\n");
    assertFails(spec(), "several files may be the train split (train.csv, train.tsv)");
    assertThat(TextData.load(spec().format(DataFormat.TSV).build()).get(Split.TRAIN)).hasSize(2);
    write("empty/train.tsv", "\n\n");
    assertFails(
        DataSpec.at(folder.resolve("empty").toString()).devFraction(0.5),
        "train.tsv: the file has no rows");
  }

  @Test
  void severalFilesOfASplitKeepIdsApart() {
    write("train-1.tsv", "a\t0\nb\t1\n");
    write("train-2.tsv", "c\t0\n");
    write("dev.tsv", "c\t0\n");
    TextData data = TextData.load(spec().train("train-*.tsv").build());
    assertThat(data.get(Split.TRAIN))
        .extracting(TextExample::id)
        .containsExactly("train-1.1", "train-1.2", "train-2.1");
  }

  @Test
  void rowsMustAgreeOnBeingPairs() {
    writeFolder();
    write(
        "train.json",
        "{\"sentence1\": \"a\", \"label\": \"no\"}\n"
            + "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": \"no\"}");
    assertFails(spec(), "train.json:2: the row has \"sentence2\", the first row");
  }

  @Test
  void otherFilesAreReadWithTheColumnsThatWereFound() {
    write("train.tsv", "1\tgood\n0\tbad\n1\tfine\n");
    write("dev.tsv", "0\tpoor\n");
    TextData data = load();
    assertThat(data.spec().text()).containsExactly("1");
    assertThat(data.spec().label()).isEqualTo("0");
    assertThat(data.spec().header()).isEqualTo(Toggle.FALSE);
    assertThat(data.spec().labelType()).isEqualTo(LabelType.SINGLE);
    assertThat(TextData.load(data.spec()).examples()).isEqualTo(data.examples());
    write("new.tsv", "1\tnice\n");
    DataSpec other =
        DataSpec.at(folder.resolve("new.tsv").toString())
            .text("1")
            .label(data.spec().label())
            .header(Toggle.FALSE)
            .build();
    assertThat(TextData.loadSplit(other, Split.TEST, data.labels()).get(Split.TEST))
        .containsExactly(new TextExample("test-1", "nice", null, new ExampleLabel.Single("1")));
  }

  @Test
  void examplesCanBeStreamed() {
    writeFolder();
    DataLayout layout = DataLayout.resolve(spec().build());
    LabelSet labels = LabelSet.ofNames(LabelType.SINGLE, List.of("no", "yes"));
    try (ExampleReader reader = layout.reader(Split.TRAIN, labels)) {
      assertThat(reader.next().id()).isEqualTo("train-1");
      assertThat(reader.report().rows()).isEqualTo(1);
      assertThat(reader.next().id()).isEqualTo("train-3");
      assertThat(reader.next()).isNull();
      assertThat(reader.report().blankLines()).isEqualTo(1);
      assertThat(reader.report().labelCounts()).containsEntry("yes", 1L);
    }
  }

  @Test
  void labelSetsAreOrderedByValueAndName() {
    assertThat(LabelSet.ofObserved(LabelType.SINGLE, List.of("10", "b", "9", "-1", "a")).names())
        .containsExactly("-1", "9", "10", "a", "b");
    LabelSet labels = LabelSet.ofNames(LabelType.MULTI, List.of("x", "y"));
    assertThat(labels.id("y")).isEqualTo(1);
    assertThat(labels.name(0)).isEqualTo("x");
    assertThatThrownBy(() -> labels.id("z")).hasMessageContaining("\"z\" (classes: [x, y])");
    assertThatThrownBy(() -> LabelSet.ofNames(LabelType.SINGLE, List.of("a", "a")))
        .hasMessageContaining("must be unique");
    assertThatThrownBy(() -> LabelSet.ofNames(LabelType.SINGLE, List.of()))
        .hasMessageContaining("there is no class");
  }

  @Test
  void specificationsAreChecked() {
    assertThatThrownBy(() -> spec().devFraction(1).build())
        .hasMessageContaining("data.devFraction");
    assertThatThrownBy(() -> spec().devFraction(0.1).trainRows(3).build())
        .hasMessageContaining("excludes data.trainRows");
    assertThatThrownBy(() -> spec().trainRows(3).dev("x").build())
        .hasMessageContaining("data.dev ");
    assertThatThrownBy(() -> spec().delimiter("ab").build()).hasMessageContaining("one character");
    assertThatThrownBy(() -> spec().delimiter("\"").build()).hasMessageContaining("quote");
    assertThatThrownBy(() -> spec().textPair("b").build()).hasMessageContaining("needs data.text");
    assertThatThrownBy(() -> spec().labelType(LabelType.SINGLE).labelSeparator(",").build())
        .hasMessageContaining("data.labelSeparator");
  }
}
