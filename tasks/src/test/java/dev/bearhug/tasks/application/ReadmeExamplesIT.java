package dev.bearhug.tasks.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.Device;
import dev.bearhug.transformers.config.BertConfig;
import dev.bearhug.transformers.head.HeadSpec;
import dev.bearhug.transformers.pretrained.AutoModel;
import dev.bearhug.transformers.pretrained.PretrainedModel;
import dev.bearhug.transformers.tokenizer.Tokenizer;
import dev.bearhug.transformers.tokenizer.VocabularyOptions;
import dev.bearhug.transformers.tokenizer.WordPieceVocabulary;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles and runs the programs of the README against the built jars, in processes of their own.
 */
class ReadmeExamplesIT {

  private static final Pattern PROGRAM =
      Pattern.compile("```java\n(.*?public class (\\w+) .*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void theProgramsOfTheReadmeRun() throws Exception {
    Path root = Path.of(System.getProperty("bearhug.root"));
    Path jar = root.resolve("tasks/target/bearhug-tasks.jar");
    assertThat(jar).as("built by the package phase").exists();
    Path model = modelFolder();
    Map<String, String> expected =
        Map.of(
            "Classify",
            "(yes|no) [01]\\.\\d{3} Where is my parcel\\?\n"
                + "(yes|no) [01]\\.\\d{3} I forgot my password\\.\n",
            "Gradient",
            "tensor\\(\\[[-0-9., ]+\\], F32\\[3\\]\\)\n");
    List<String> run = new ArrayList<>();
    Matcher m = PROGRAM.matcher(Files.readString(root.resolve("README.md")));
    while (m.find()) {
      String name = m.group(2);
      assertThat(expected).as("expected output of README program").containsKey(name);
      compile(name, m.group(1), jar);
      assertThat(execute(name, jar, model)).matches(expected.get(name));
      run.add(name);
    }
    assertThat(run).containsExactly("Classify", "Gradient");
  }

  private Path modelFolder() throws Exception {
    Path target = Files.createDirectory(folder.resolve("model"));
    List<String> texts = List.of("where is my parcel?", "i forgot my password.");
    try (Tokenizer tokenizer =
            WordPieceVocabulary.build(texts, VocabularyOptions.ofSize(60)).tokenizer();
        PretrainedModel model =
            AutoModel.create(
                BertConfig.tiny(tokenizer.vocabSize()),
                HeadSpec.classification(List.of("no", "yes")),
                1,
                Device.CPU)) {
      tokenizer.save(target);
      model.save(target);
    }
    return target;
  }

  private void compile(String name, String source, Path jar) throws Exception {
    Path file = folder.resolve(name + ".java");
    Files.writeString(file, source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean ok =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-cp", jar.toString(), "-d", folder.toString()),
                  null,
                  files.getJavaFileObjects(file))
              .call();
      assertThat(ok).as(name + " compiles:\n" + messages).isTrue();
    }
  }

  private String execute(String name, Path jar, Path model) throws Exception {
    Path errors = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                jar + System.getProperty("path.separator") + folder,
                name,
                model.toString())
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(name + " ends").isTrue();
    assertThat(process.exitValue()).as(name + ":\n" + Files.readString(errors)).isZero();
    return output;
  }
}
