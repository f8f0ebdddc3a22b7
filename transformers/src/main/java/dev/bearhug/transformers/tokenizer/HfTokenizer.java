package dev.bearhug.transformers.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * A tokenizer run by the native Hugging Face library.
 *
 * <p>The native object is created once without truncation and padding and never changed, so calls
 * need no lock against each other; a read-write lock only keeps {@link #close()} from freeing it
 * under a running call.
 */
final class HfTokenizer implements Tokenizer {

  private static final Cleaner CLEANER = Cleaner.create();

  /** Bounds the native encodings that are alive at once in a batch. */
  private static final int CHUNK = 1024;

  private final TokenizerModel model;
  private final Handle handle;
  private final Cleaner.Cleanable cleanable;

  /**
   * Creates the native tokenizer.
   *
   * @throws TokenizerException if the library refuses the description
   */
  HfTokenizer(TokenizerModel model) {
    this.model = model;
    this.handle = new Handle(NativeTokenizers.library(), model);
    this.cleanable = CLEANER.register(this, handle);
  }

  /** Owns the native object; separate, so that the cleaner does not keep the tokenizer alive. */
  private static final class Handle implements Runnable {
    private final TokenizersLibrary library;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long address;

    Handle(TokenizersLibrary library, TokenizerModel model) {
      this.library = library;
      try {
        address = library.createTokenizerFromString(TokenizerFiles.compact(model.json()));
      } catch (RuntimeException e) {
        throw new TokenizerException(
            model.settings().source()
                + ": the tokenizer description is refused ("
                + e.getMessage()
                + "). Is tokenizer.json complete and of a released version?",
            e);
      }
    }

    <T> T call(LongFunction<T> work) {
      lock.readLock().lock();
      try {
        if (address == 0) {
          throw new IllegalStateException(
              "tokenizer: used after close(). Keep it open for as long as texts arrive.");
        }
        return work.apply(address);
      } finally {
        lock.readLock().unlock();
      }
    }

    @Override
    public void run() {
      lock.writeLock().lock();
      try {
        if (address != 0) {
          library.deleteTokenizer(address);
          address = 0;
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  @Override
  public Encoding encode(String text, EncodeOptions options) {
    String clean = wellFormed(text, "text");
    Encoding full =
        handle.call(
            t -> read(List.of(text), handle.library.encode(t, clean, options.addSpecialTokens())));
    return truncation(options).apply(full, false);
  }

  @Override
  public Encoding encode(String first, String second, EncodeOptions options) {
    String cleanFirst = wellFormed(first, "first");
    String cleanSecond = wellFormed(second, "second");
    Encoding full =
        handle.call(
            t ->
                read(
                    List.of(first, second),
                    handle.library.encodeDual(
                        t, cleanFirst, cleanSecond, options.addSpecialTokens())));
    return truncation(options).apply(full, true);
  }

  @Override
  public List<Encoding> encodeAll(List<String> texts, EncodeOptions options) {
    Truncation truncation = truncation(options);
    List<Encoding> result = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += CHUNK) {
      List<String> part = texts.subList(from, Math.min(texts.size(), from + CHUNK));
      String[] clean = wellFormed(part, "texts");
      List<Encoding> full =
          handle.call(
              t -> {
                long[] encodings = handle.library.batchEncode(t, clean, options.addSpecialTokens());
                List<Encoding> read = new ArrayList<>(encodings.length);
                for (int i = 0; i < encodings.length; i++) {
                  read.add(read(List.of(part.get(i)), encodings[i]));
                }
                return read;
              });
      full.forEach(e -> result.add(truncation.apply(e, false)));
    }
    return List.copyOf(result);
  }

  @Override
  public List<Encoding> encodeAll(List<String> first, List<String> second, EncodeOptions options) {
    if (first.size() != second.size()) {
      throw new TokenizerException(
          "encodeAll: pairs need as many second texts as first ones; got "
              + first.size()
              + " and "
              + second.size()
              + ".");
    }
    Truncation truncation = truncation(options);
    List<Encoding> result = new ArrayList<>(first.size());
    for (int from = 0; from < first.size(); from += CHUNK) {
      int to = Math.min(first.size(), from + CHUNK);
      List<String> a = first.subList(from, to);
      List<String> b = second.subList(from, to);
      String[] cleanA = wellFormed(a, "first");
      String[] cleanB = wellFormed(b, "second");
      List<Encoding> full =
          handle.call(
              t -> {
                long[] encodings =
                    handle.library.batchEncodePair(t, cleanA, cleanB, options.addSpecialTokens());
                List<Encoding> read = new ArrayList<>(encodings.length);
                for (int i = 0; i < encodings.length; i++) {
                  read.add(read(List.of(a.get(i), b.get(i)), encodings[i]));
                }
                return read;
              });
      full.forEach(e -> result.add(truncation.apply(e, true)));
    }
    return List.copyOf(result);
  }

  private Truncation truncation(EncodeOptions options) {
    return new Truncation(options, model.settings().truncatesLeft());
  }

  /** Copies a native encoding into Java arrays and frees it. */
  private Encoding read(List<String> texts, long encoding) {
    TokenizersLibrary library = handle.library;
    try {
      CharSpan[] spans = library.getTokenCharSpans(encoding);
      int[] starts = new int[spans.length];
      int[] ends = new int[spans.length];
      for (int i = 0; i < spans.length; i++) {
        starts[i] = spans[i] == null ? -1 : spans[i].getStart();
        ends[i] = spans[i] == null ? -1 : spans[i].getEnd();
      }
      TokenColumns columns =
          new TokenColumns(
              ints(library.getTokenIds(encoding)),
              ints(library.getTypeIds(encoding)),
              ints(library.getSpecialTokenMask(encoding)),
              starts,
              ends,
              ints(library.getWordIds(encoding)),
              ints(library.getSequenceIds(encoding)));
      return new Encoding(model.vocabulary(), texts, columns, 0, List.of());
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private static int[] ints(long[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  /**
   * Replaces unpaired surrogates by U+FFFD: the native side would misread the whole text, and both
   * are one code point and one UTF-16 unit, so offsets stay right.
   */
  private static String wellFormed(String text, String name) {
    Objects.requireNonNull(text, name);
    StringBuilder copy = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (copy == null) {
        copy = new StringBuilder(text);
      }
      copy.setCharAt(i, '\uFFFD');
    }
    return copy == null ? text : copy.toString();
  }

  private static String[] wellFormed(List<String> texts, String name) {
    String[] result = new String[texts.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = wellFormed(texts.get(i), name);
    }
    return result;
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return decode(wide, skipSpecialTokens);
  }

  @Override
  public String decode(long[] ids, boolean skipSpecialTokens) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabSize()) {
        throw new TokenizerException(
            "decode: id "
                + ids[i]
                + " at position "
                + i
                + " is outside [0, "
                + vocabSize()
                + "). Labels such as -100 must be replaced before decoding.");
      }
    }
    return handle.call(t -> handle.library.decode(t, ids, skipSpecialTokens));
  }

  @Override
  public int vocabSize() {
    return model.vocabulary().size();
  }

  @Override
  public OptionalInt tokenToId(String token) {
    Integer id = model.vocabulary().id(Objects.requireNonNull(token, "token"));
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public String idToToken(int id) {
    String token = model.vocabulary().token(id);
    if (token == null) {
      throw new TokenizerException(
          "tokenizer: no token has id " + id + " (ids are in [0, " + vocabSize() + ")).");
    }
    return token;
  }

  @Override
  public SpecialTokens specialTokens() {
    return model.specialTokens();
  }

  @Override
  public OptionalInt modelMaxLength() {
    return model.settings().modelMaxLength();
  }

  @Override
  public void save(Path folder) {
    new TokenizerSaver(model).save(folder);
  }

  @Override
  public void close() {
    cleanable.clean();
  }

  @Override
  public String toString() {
    return "HfTokenizer[" + model.family() + ", " + vocabSize() + " tokens]";
  }
}
