package dev.bearhug.transformers.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bearhug.transformers.tokenizer.SpecialTokens.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoTokenizerTest {

  private static final List<String> ROBERTA = List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>");

  @TempDir Path folder;

  private AbstractThrowableAssert<?, ?> refused(Path path) {
    return assertThatThrownBy(() -> AutoTokenizer.open(path).close())
        .isInstanceOf(TokenizerException.class);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void textThatIsNoUnicodeIsRefusedAndLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("vocab.txt"), "old");
    assertThatThrownBy(() -> TokenizerFiles.write(file, "half a pair \ud800"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("cannot be written");
    assertThat(file).hasContent("old");
    TokenizerFiles.write(file, "new é\n");
    assertThat(file).hasContent("new é\n");
    assertThat(Files.list(folder)).containsExactly(file);
  }

  @Test
  void vocabularyAloneIsReadAsLowerCaseUnlessAskedOtherwise() throws Exception {
    SmallTokenizers.wordPiece(folder);
    try (Tokenizer lower = AutoTokenizer.open(folder.resolve("vocab.txt"));
        Tokenizer cased = AutoTokenizer.open(folder, TokenizerOptions.NONE.withLowercase(false))) {
      assertThat(lower.encode("Cat").tokens()).containsExactly("[CLS]", "cat", "[SEP]");
      assertThat(cased.encode("Cat").tokens()).containsExactly("[CLS]", "Cat", "[SEP]");
    }
  }

  @Test
  void configurationDecidesAboutCaseAccentsAndChinese() throws Exception {
    SmallTokenizers.wordPiece(folder);
    write(
        "tokenizer_config.json",
        """
        {"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false,
         "model_max_length": 77}
        """);
    try (Tokenizer tokenizer = AutoTokenizer.open(folder);
        Tokenizer split = AutoTokenizer.open(folder, TokenizerOptions.NONE.withSplitChinese(true));
        Tokenizer accents =
            AutoTokenizer.open(folder, TokenizerOptions.NONE.withStripAccents(false))) {
      assertThat(tokenizer.encode("Cat café a中").tokens())
          .containsExactly("[CLS]", "Cat", "cafe", "[UNK]", "[SEP]");
      assertThat(tokenizer.modelMaxLength()).hasValue(77);
      assertThat(split.encode("a中").tokens()).containsExactly("[CLS]", "a", "中", "[SEP]");
      assertThat(accents.encode("café").tokens()).containsExactly("[CLS]", "[UNK]", "[SEP]");
    }
  }

  @Test
  void storedTruncationAndPaddingAreOff() throws Exception {
    SmallTokenizers.wordPiece(folder);
    Path saved = folder.resolve("saved");
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      tokenizer.save(saved);
    }
    Path file = saved.resolve("tokenizer.json");
    ObjectNode json = TokenizerFiles.object(file);
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 3)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    ObjectNode padding = json.putObject("padding");
    padding.putObject("strategy").put("Fixed", 9);
    padding
        .put("direction", "Right")
        .putNull("pad_to_multiple_of")
        .put("pad_id", 0)
        .put("pad_type_id", 0)
        .put("pad_token", "[PAD]");
    Files.writeString(file, json.toString());
    try (Tokenizer tokenizer = AutoTokenizer.open(saved)) {
      assertThat(tokenizer.encode("a b c d").size()).isEqualTo(6);
      assertThat(tokenizer.encode("a").size()).isEqualTo(3);
    }
  }

  @Test
  void savedFolderOpensEqual() throws Exception {
    SmallTokenizers.wordPiece(folder);
    write(
        "tokenizer_config.json",
        "{\"do_lower_case\": false, \"model_max_length\": 64,"
            + " \"tokenizer_class\": \"BertTokenizer\"}");
    write("added_tokens.json", "{\"[E1]\": 26, \"[E2]\": 27}");
    write("special_tokens_map.json", "{\"additional_special_tokens\": [\"[E1]\"]}");
    Path saved = folder.resolve("deep/er/saved");
    Path again = folder.resolve("again");
    String text = "Cat [E1] cats 😀中, [E2] zzz";
    try (Tokenizer first = AutoTokenizer.open(folder)) {
      first.save(saved);
      try (Tokenizer second = AutoTokenizer.open(saved)) {
        second.save(again);
        assertThat(second.encode(text, text)).isEqualTo(first.encode(text, text));
        assertThat(second.encode(text).tokens()).contains("[E1]", "[E2]", "Cat");
        assertThat(second.specialTokens()).isEqualTo(first.specialTokens());
        assertThat(second.specialTokens().additional())
            .containsExactly(new SpecialToken("[E1]", 26));
        assertThat(second.vocabSize()).isEqualTo(28);
        assertThat(second.modelMaxLength()).hasValue(64);
      }
    }
    try (Stream<Path> files = Files.list(saved)) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt");
    }
    for (String name : List.of("tokenizer.json", "tokenizer_config.json", "vocab.txt")) {
      assertThat(again.resolve(name)).hasSameTextualContentAs(saved.resolve(name));
    }
    assertThat(Files.readAllLines(saved.resolve("vocab.txt")))
        .isEqualTo(SmallTokenizers.VOCABULARY);
    JsonNode config = TokenizerFiles.object(saved.resolve("tokenizer_config.json"));
    assertThat(config.get("do_lower_case").asBoolean()).isFalse();
    assertThat(config.get("cls_token").asText()).isEqualTo("[CLS]");
    Files.delete(saved.resolve("tokenizer.json"));
    Files.copy(folder.resolve("added_tokens.json"), saved.resolve("added_tokens.json"));
    try (Tokenizer first = AutoTokenizer.open(folder);
        Tokenizer fromVocabulary = AutoTokenizer.open(saved)) {
      assertThat(fromVocabulary.encode(text)).isEqualTo(first.encode(text));
    }
  }

  @Test
  void savingOverAFileSaysSo() throws Exception {
    SmallTokenizers.wordPiece(folder);
    write("taken", "");
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      assertThatThrownBy(() -> tokenizer.save(folder.resolve("taken")))
          .isInstanceOf(TokenizerException.class)
          .hasMessageContaining("cannot be created");
    }
  }

  @Test
  void robertaFilesGetTheRobertaTemplateByWhateverNamesTheClass() throws Exception {
    SmallTokenizers.byteLevel(folder, ROBERTA);
    for (String config :
        List.of(
            "{}", "{\"model_type\": \"roberta\"}", "{\"tokenizer_class\": \"RobertaTokenizer\"}")) {
      write("config.json", config);
      try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
        Encoding pair = tokenizer.encode("ab", "a ab<mask>");
        assertThat(pair.tokens())
            .containsExactly("<s>", "ab", "</s>", "</s>", "a", "Ġab", "<mask>", "</s>");
        assertThat(pair.typeIds()).containsOnly(0);
        assertThat(pair.textOf(5)).isEqualTo("ab");
        assertThat(tokenizer.specialTokens().id(Role.PAD)).isEqualTo(1);
        assertThat(tokenizer.specialTokens().id(Role.CLS)).isZero();
        assertThat(tokenizer.specialTokens().id(Role.EOS)).isEqualTo(2);
        assertThat(tokenizer.decode(pair.ids(), true)).isEqualTo("aba ab");
      }
    }
  }

  @Test
  void gpt2FilesHaveNoTemplateAndSaveTheirRules() throws Exception {
    SmallTokenizers.byteLevel(folder, List.of("<|endoftext|>"));
    Path saved = folder.resolve("saved");
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      Encoding encoding = tokenizer.encode("ab ab", "a");
      assertThat(encoding.tokens()).containsExactly("ab", "Ġab", "a");
      assertThat(encoding.sequenceIds()).containsExactly(0, 0, 1);
      assertThat(encoding.textOf(1)).isEqualTo(" ab");
      assertThat(tokenizer.specialTokens().id(Role.EOS)).isZero();
      assertThat(tokenizer.specialTokens().find(Role.PAD)).isEmpty();
      tokenizer.save(saved);
      try (Tokenizer again = AutoTokenizer.open(saved)) {
        assertThat(again.encode("ab ab", "a")).isEqualTo(encoding);
      }
      Files.delete(saved.resolve("tokenizer.json"));
      try (Tokenizer again = AutoTokenizer.open(saved)) {
        assertThat(again.encode("ab ab", "a")).isEqualTo(encoding);
      }
    }
  }

  @Test
  void unknownByteLevelVocabulariesNeedAFamily() throws Exception {
    SmallTokenizers.byteLevel(folder, List.of());
    refused(folder).hasMessageContaining("Name the family in the options");
    try (Tokenizer tokenizer =
        AutoTokenizer.open(folder, TokenizerOptions.NONE.withFamily(TokenizerFamily.GPT2))) {
      assertThat(tokenizer.encode("ab").tokens()).containsExactly("ab");
    }
    write("config.json", "{\"model_type\": \"bert\"}");
    refused(folder).hasMessageContaining("not BERT").hasMessageContaining("model_type bert");
  }

  @Test
  void foldersWithoutTokenizerListWhatTheyHold() throws Exception {
    write("spiece.model", "x");
    write("README.md", "x");
    refused(folder)
        .hasMessageContaining("looked for tokenizer.json, vocab.txt, and vocab.json")
        .hasMessageContaining("found README.md, spiece.model");
    refused(folder.resolve("spiece.model")).hasMessageContaining("Give the folder instead");
    refused(folder.resolve("nowhere")).hasMessageContaining("no such folder or file");
    write("vocab.json", "{}");
    refused(folder).hasMessageContaining("merges.txt is missing");
  }

  @Test
  void brokenWordPieceVocabulariesAreRefusedWithTheLine() throws Exception {
    String good = String.join("\n", SmallTokenizers.VOCABULARY);
    write("vocab.txt", good + "\ncat\n");
    refused(folder).hasMessageContaining("token \"cat\" is on line 7 and again on line 27");
    write("vocab.txt", good.replace("\nthe\n", "\n\n"));
    refused(folder).hasMessageContaining("line 6 is empty");
    write("vocab.txt", good.replace("[UNK]", "[OOV]"));
    refused(folder).hasMessageContaining("unk_token \"[UNK]\" is not among its 26 tokens");
    write("vocab.txt", good.replace("[SEP]", "[END]"));
    refused(folder).hasMessageContaining("sep_token \"[SEP]\"");
    write("vocab.txt", "");
    refused(folder).hasMessageContaining("not among its 0 tokens");
    write("vocab.txt", good + "\n" + "x".repeat(5000));
    refused(folder).hasMessageContaining("line 27 has 5000 characters");
    Files.write(folder.resolve("vocab.txt"), new byte[] {'a', '\n', (byte) 0xC3, '(', '\n'});
    refused(folder).hasMessageContaining("not UTF-8 (first bad byte at 2 of 5)");
    Files.delete(folder.resolve("vocab.txt"));
    Files.createDirectory(folder.resolve("vocab.txt"));
    refused(folder).isInstanceOf(TokenizerException.class);
  }

  @Test
  void windowsLineEndsAndByteOrderMarkAreAccepted() throws Exception {
    write("vocab.txt", "\uFEFF" + String.join("\r\n", SmallTokenizers.VOCABULARY));
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      assertThat(tokenizer.encode("cats").ids()).containsExactly(2, 6, 8, 3);
    }
  }

  @Test
  void oversizedFilesAreRefusedBeforeReading() throws Exception {
    try (var channel =
        FileChannel.open(
            folder.resolve("vocab.txt"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), TokenizerFiles.MAX_BYTES);
    }
    refused(folder).hasMessageContaining("Is this a weight file?");
  }

  @Test
  void brokenByteLevelFilesAreRefused() throws Exception {
    SmallTokenizers.byteLevel(folder, ROBERTA);
    write("merges.txt", "#version: 0.2\na b\na b c\n");
    refused(folder).hasMessageContaining("line 3 must be two tokens with one space");
    write("merges.txt", "a b\nb c\n");
    refused(folder).hasMessageContaining("line 2 (\"b c\") needs token \"bc\"");
    write("merges.txt", "");
    write("vocab.json", "{\"a\": 0, \"a\": 1}");
    refused(folder).hasMessageContaining("not valid JSON").hasMessageContaining("Duplicate");
    write("vocab.json", "{\"<|endoftext|>\": 0, \"a\": 0}");
    refused(folder).hasMessageContaining("share id 0");
    for (String id : List.of("-1", "1.5", "\"1\"", "99999999999", "2000000000")) {
      write("vocab.json", "{\"<|endoftext|>\": 0, \"a\": " + id + "}");
      refused(folder).hasMessageContaining("the id of \"a\" must be a whole number");
    }
  }

  @Test
  void brokenDescriptionsAreRefused() throws Exception {
    write("tokenizer.json", "{\"model\": ");
    refused(folder).hasMessageContaining("not valid JSON").hasMessageContaining("line 1");
    write("tokenizer.json", "[]");
    refused(folder).hasMessageContaining("must be a JSON object");
    write("tokenizer.json", "");
    refused(folder);
    write("tokenizer.json", "{}");
    refused(folder).hasMessageContaining("no model with a vocab");
    write("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {}}}");
    refused(folder).hasMessageContaining("the vocabulary is empty");
    write(
        "tokenizer.json",
        "{\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"vocab\": {\"a\": 0}}}");
    refused(folder).hasMessageContaining("unk_token \"[UNK]\" is not in the vocabulary");
    write("tokenizer.json", "{\"model\": {\"type\": \"Magic\", \"vocab\": {\"a\": 0}}}");
    refused(folder).hasMessageContaining("the tokenizer description is refused");
    write("tokenizer.json", "{\"model\": {\"vocab\": {\"a\": 2000000000}}}");
    refused(folder).hasMessageContaining("ids must be in [0, 8388608)");
    write("tokenizer.json", "{\"model\": {\"vocab\": 7}}");
    refused(folder).hasMessageContaining("must be an object or a list");
  }

  @Test
  void brokenSettingsAreRefused() throws Exception {
    SmallTokenizers.wordPiece(folder);
    write("tokenizer_config.json", "{\"do_lower_case\": \"yes\"}");
    refused(folder).hasMessageContaining("do_lower_case must be true, false or null");
    write("tokenizer_config.json", "{\"model_max_length\": 0}");
    refused(folder).hasMessageContaining("model_max_length must be a positive number");
    write("tokenizer_config.json", "{\"truncation_side\": \"top\"}");
    refused(folder).hasMessageContaining("truncation_side must be left or right");
    write("tokenizer_config.json", "{\"mask_token\": \"<m>\"}");
    refused(folder).hasMessageContaining("mask_token is \"<m>\"");
    write("tokenizer_config.json", "{\"mask_token\": 7}");
    refused(folder).hasMessageContaining("mask_token must be a string");
    write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\"}");
    refused(folder).hasMessageContaining("GPT2 was asked for");
    write("tokenizer_config.json", "{}");
    write("added_tokens.json", "{\"[E1]\": 40}");
    refused(folder).hasMessageContaining("without gaps, here 26");
    write("added_tokens.json", "{\"cat\": 9}");
    refused(folder).hasMessageContaining("\"cat\" has id 9, but 6 in the vocabulary");
  }

  @Test
  void optionsThatCannotApplyAreRefused() throws Exception {
    SmallTokenizers.byteLevel(folder, ROBERTA);
    Path saved = folder.resolve("saved");
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      tokenizer.save(saved);
    }
    assertThatThrownBy(
            () -> AutoTokenizer.open(saved, TokenizerOptions.NONE.withLowercase(true)).close())
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("change BERT's normalizer");
    assertThatThrownBy(
            () ->
                AutoTokenizer.open(saved, TokenizerOptions.NONE.withFamily(TokenizerFamily.GPT2))
                    .close())
        .hasMessageContaining("Leave the option out");
    assertThat(TokenizerFamily.of("roberta")).isEqualTo(TokenizerFamily.ROBERTA);
    assertThatThrownBy(() -> TokenizerFamily.of("elmo")).hasMessageContaining("bert, roberta");
  }

  @Test
  void aLimitBeyondAnIntMeansNone() throws Exception {
    SmallTokenizers.wordPiece(folder);
    write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    try (Tokenizer tokenizer = AutoTokenizer.open(folder)) {
      assertThat(tokenizer.modelMaxLength()).isEmpty();
      tokenizer.save(folder.resolve("saved"));
    }
    assertThat(folder.resolve("saved/tokenizer_config.json"))
        .content()
        .contains("1000000000000000019884624838656");
  }
}
