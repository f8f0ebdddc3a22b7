package dev.bearhug.tasks.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Support-desk requests in English and Chinese, each labelled with what the customer wants.
 *
 * <p>The sentences come from two grammars among this package's resources: ten labels, the same in
 * both languages, {@value #TRAIN_PER_LABEL} train and {@value #DEV_PER_LABEL} dev sentences per
 * label and language. Many mention the subject of another label (an order in a lost password, a
 * refund that is not wanted), so one keyword seldom decides.
 *
 * <p>How the splits differ: grammar entries marked {@code ~} are held out. Train never uses one;
 * every dev sentence uses at least one: a template in about six of ten cases, or a word, greeting
 * or aside. The words of held-out templates occur in other templates of train, so that their
 * meaning can be learned; held-out nouns occur in dev alone. No sentence is in both splits or twice
 * in one, letter case and punctuation set aside.
 *
 * <p>A corpus depends on its seed alone: same seed, same sentences in the same order.
 */
public final class SupportDeskCorpus {
  /** Train sentences per label and language. */
  public static final int TRAIN_PER_LABEL = 125;

  /** Dev sentences per label and language. */
  public static final int DEV_PER_LABEL = 25;

  private static final int MAX_TRIES = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);
  private final Map<Split, List<LabelledText>> examples = new EnumMap<>(Split.class);

  /**
   * Generates the corpus.
   *
   * @param seed any number; it decides every sentence
   */
  public SupportDeskCorpus(long seed) {
    for (Language language : Language.values()) {
      grammars.put(language, readGrammar(language));
    }
    Set<String> taken = new HashSet<>();
    for (Split split : Split.values()) {
      examples.put(split, Collections.unmodifiableList(generate(split, seed, taken)));
    }
  }

  /**
   * Writes a generated corpus as a user-defined classification folder.
   *
   * <p>The folder gets {@code train.json} and {@code dev.json}, JSON lines with the keys {@code
   * sentence1} and {@code label}, and {@code label_names.json}, an object from label to
   * description. Files of these names are replaced.
   *
   * @param folder where to write; made if absent
   * @param seed the corpus's seed
   * @throws UncheckedIOException if a file cannot be written
   */
  public static void write(Path folder, long seed) {
    SupportDeskCorpus corpus = new SupportDeskCorpus(seed);
    try {
      Files.createDirectories(folder);
      for (Split split : Split.values()) {
        String name = split.name().toLowerCase(Locale.ROOT) + ".json";
        Files.writeString(folder.resolve(name), jsonLines(corpus.examples(split)));
      }
      String labels = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(corpus.labels());
      Files.writeString(folder.resolve("label_names.json"), labels + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "demo data: cannot write to "
              + folder
              + " ("
              + e
              + "). Is the folder writable and the"
              + " disk not full?",
          e);
    }
  }

  /** Returns the sentences of {@code split}, shuffled, languages and labels mixed. */
  public List<LabelledText> examples(Split split) {
    return examples.get(split);
  }

  /** Returns the labels with an English description each, in the order of their ids. */
  public Map<String, String> labels() {
    return grammars.get(Language.ENGLISH).descriptions();
  }

  /**
   * Returns a few hand-written requests to show predictions with; none is in train or dev.
   *
   * @param language the language of the requests
   */
  public static List<LabelledText> showcase(Language language) {
    return switch (language) {
      case ENGLISH ->
          List.of(
              new LabelledText("My parcel should be here by now, where is it?", "delivery_status"),
              new LabelledText(
                  "I wanted to see my invoice, but I forgot my password.", "password_reset"),
              new LabelledText("The kettle is broken. Please give me my money back.", "refund"),
              new LabelledText("Are you open on Sunday morning?", "opening_hours"),
              new LabelledText("No more robot answers, let me talk to a human!", "talk_to_human"),
              new LabelledText(
                  "Hello, we are moving, please send my order to the new street.",
                  "change_address"));
      case CHINESE ->
          List.of(
              new LabelledText("快递还没到，请帮我查一下物流。", "delivery_status"),
              new LabelledText("我想看发票，可是忘记密码登录不了。", "password_reset"),
              new LabelledText("水壶是坏的，请把钱退给我。", "refund"),
              new LabelledText("周日早上你们几点开门？", "opening_hours"),
              new LabelledText("别让机器人回复了，我要找人工客服！", "talk_to_human"),
              new LabelledText("你好，我们搬家了，订单请寄到新地址。", "change_address"));
    };
  }

  private List<LabelledText> generate(Split split, long seed, Set<String> taken) {
    List<LabelledText> result = new ArrayList<>();
    int count = split == Split.TRAIN ? TRAIN_PER_LABEL : DEV_PER_LABEL;
    Random random = new Random(seed * 31 + split.ordinal());
    for (Language language : Language.values()) {
      Grammar grammar = grammars.get(language);
      SentenceSampler sampler = new SentenceSampler(grammar, language, split, random);
      for (String label : grammar.intents().keySet()) {
        for (int i = 0; i < count; i++) {
          result.add(new LabelledText(unused(sampler, label, taken), label));
        }
      }
    }
    Collections.shuffle(result, random);
    return result;
  }

  private static String unused(SentenceSampler sampler, String label, Set<String> taken) {
    for (int i = 0; i < MAX_TRIES; i++) {
      String text = sampler.sample(label);
      if (taken.add(normalised(text))) {
        return text;
      }
    }
    throw new IllegalStateException(
        "corpus: no new sentence for label \""
            + label
            + "\" in "
            + MAX_TRIES
            + " tries. The"
            + " grammar has too few templates; add some or ask for fewer sentences.");
  }

  /** Letters and digits in lower case: what two sentences must differ in. */
  static String normalised(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  private static String jsonLines(List<LabelledText> examples) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (LabelledText example : examples) {
      Map<String, String> row = new LinkedHashMap<>();
      row.put("sentence1", example.text());
      row.put("label", example.label());
      lines.append(JSON.writeValueAsString(row)).append('\n');
    }
    return lines.toString();
  }

  private static Grammar readGrammar(Language language) {
    String resource = language.resource();
    try (InputStream in = SupportDeskCorpus.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(resource + " is not on the class path");
      }
      return GrammarReader.read(
          resource, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "demo data: cannot read " + resource + " (" + e + "). Is the jar complete?", e);
    }
  }
}
