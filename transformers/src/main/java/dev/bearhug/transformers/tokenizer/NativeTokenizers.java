package dev.bearhug.transformers.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.bearhug.tensor.io.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Loads the native tokenizer library from its jar, once, without any download.
 *
 * <p>The library's own wrapper class is passed over: it keeps truncation as mutable state of the
 * tokenizer, rewrites decoded text, and asks the network about its host unless it is offline.
 */
final class NativeTokenizers {

  private static final String CACHE_PROPERTY = "ENGINE_CACHE_DIR";
  private static final String FLAVOR_PROPERTY = "RUST_FLAVOR";

  private NativeTokenizers() {}

  /**
   * Returns the native functions.
   *
   * @throws TokenizerException if the library cannot be extracted or loaded, each time it is asked
   */
  static TokenizersLibrary library() {
    if (Loaded.FAILURE != null) {
      throw new TokenizerException(Loaded.FAILURE.getMessage(), Loaded.FAILURE);
    }
    return TokenizersLibrary.LIB;
  }

  private static final class Loaded {
    static final TokenizerException FAILURE = load();

    private static TokenizerException load() {
      try {
        prepare(System.getProperty("user.home"), System.getProperty("java.io.tmpdir"));
        LibUtils.checkStatus();
        return null;
      } catch (TokenizerException e) {
        return e;
      } catch (RuntimeException | LinkageError e) {
        return new TokenizerException(
            "tokenizers: the native library could not be loaded on "
                + System.getProperty("os.name")
                + " "
                + System.getProperty("os.arch")
                + " ("
                + e
                + "). It ships for Linux x86-64 and ARM64, macOS ARM64 and Windows x86-64. Check"
                + " that the JVM runs with --enable-native-access=ALL-UNNAMED and that the folder"
                + " of the property "
                + CACHE_PROPERTY
                + " allows executable files.",
            e);
      }
    }
  }

  /** Sets what the library reads while it loads; properties set by the user stay. */
  private static void prepare(String home, String temporary) {
    System.setProperty("ai.djl.offline", "true");
    String flavor = System.getenv(FLAVOR_PROPERTY);
    if (flavor != null && !flavor.isEmpty() && !flavor.equals("cpu")) {
      throw new TokenizerException(
          "tokenizers: the environment asks for "
              + FLAVOR_PROPERTY
              + "="
              + flavor
              + ", which would need a download; only cpu is inside the jar. Unset it.");
    }
    System.setProperty(FLAVOR_PROPERTY, "cpu");
    if (isSet(CACHE_PROPERTY) || isSet("DJL_CACHE_DIR") || isSet("RUST_LIBRARY_PATH")) {
      return;
    }
    System.setProperty(CACHE_PROPERTY, cacheFolder(home, temporary).toString());
  }

  /**
   * Chooses where the library is unpacked: the user's cache folder, or where that cannot be written
   * a private temporary folder that is removed at exit.
   *
   * @throws TokenizerException if neither can be written
   */
  static Path cacheFolder(String home, String temporary) {
    List<String> refusals = new ArrayList<>();
    if (home != null && !home.isEmpty() && Path.of(home).isAbsolute()) {
      Path wanted = Path.of(home, ".cache", "bearhug", "native");
      try {
        Files.createDirectories(wanted);
        Files.delete(Files.createTempFile(wanted, "probe", null));
        return wanted;
      } catch (IOException | SecurityException e) {
        refusals.add(wanted + " (" + e + ")");
      }
    }
    try {
      // A fresh private folder: a fixed name in a shared one could be planted by someone else.
      Path fallback = Files.createTempDirectory(Path.of(temporary), "bearhug-native-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(fallback)));
      return fallback;
    } catch (IOException | SecurityException e) {
      refusals.add(temporary + " (" + e + ")");
    }
    throw new TokenizerException(
        "tokenizers: no writable folder to unpack the native library into; tried "
            + String.join(", ", refusals)
            + ". Set -D"
            + CACHE_PROPERTY
            + "=FOLDER to one that can be written.");
  }

  private static boolean isSet(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      value = System.getProperty(name);
    }
    return value != null && !value.isEmpty();
  }

  private static void deleteTree(Path folder) {
    try {
      DurableFiles.deleteTree(folder);
    } catch (IOException e) {
      LoggerFactory.getLogger(NativeTokenizers.class)
          .warn("tokenizers: temporary folder {} could not be removed: {}", folder, e.toString());
    }
  }
}
