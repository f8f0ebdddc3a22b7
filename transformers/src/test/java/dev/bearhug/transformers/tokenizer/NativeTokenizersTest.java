package dev.bearhug.transformers.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeTokenizersTest {

  @TempDir Path folder;

  @Test
  void unpacksIntoTheCacheOfTheUser() {
    Path chosen = NativeTokenizers.cacheFolder(folder.toString(), folder.toString());
    assertThat(chosen).isEqualTo(folder.resolve(".cache/bearhug/native")).isEmptyDirectory();
  }

  @Test
  void fallsBackToAPrivateTemporaryFolder() throws Exception {
    // A file in place of the home folder cannot be written into, whoever runs the test.
    Path home = Files.writeString(folder.resolve("home"), "");
    Path chosen = NativeTokenizers.cacheFolder(home.toString(), folder.toString());
    assertThat(chosen.getParent()).isEqualTo(folder);
    assertThat(Files.getPosixFilePermissions(chosen)).hasSize(3);
    assertThat(NativeTokenizers.cacheFolder("?", folder.toString())).isNotEqualTo(chosen);
    assertThat(NativeTokenizers.cacheFolder(null, folder.toString()).getParent()).isEqualTo(folder);
  }

  @Test
  void saysWhatWasTriedWhereNothingCanBeWritten() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> NativeTokenizers.cacheFolder(file.toString(), file.toString()))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no writable folder")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("-DENGINE_CACHE_DIR=FOLDER");
  }

  @Test
  void loadingSwitchesDownloadsOff() {
    assertThat(NativeTokenizers.library()).isNotNull();
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    assertThat(System.getProperty("RUST_FLAVOR")).isEqualTo("cpu");
  }
}
