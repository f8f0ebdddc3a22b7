package dev.bearhug.benchmarks.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds all modules to {@link ArchitectureRules}, and shows that each rule finds what breaks it.
 */
class ArchitectureTest {

  private static final Path ROOT = Path.of(System.getProperty("bearhug.root"));

  private static JavaClasses project;
  private static JavaClasses wrong;

  @BeforeAll
  static void readClasses() {
    project =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.bearhug");
    wrong =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .withImportOption(location -> location.contains("/wrong/"))
            .importPackages("dev.bearhug");
  }

  static Stream<String> rules() {
    return ArchitectureRules.all().keySet().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void projectFollows(String rule) {
    ArchitectureRules.all().get(rule).check(project);
  }

  @ParameterizedTest(name = "{0} catches {1}")
  @CsvSource({
    "direction: tensor, tensor.wrong.UsesUpperModule",
    "direction: autograd, autograd.wrong.UsesUpperModule",
    "direction: cuda, cuda.wrong.UsesAutograd",
    "direction: nn, nn.wrong.UsesCuda",
    "direction: tasks, tasks.wrong.UsesCuda",
    "direction: transformers, transformers.wrong.UsesUpperModule",
    "direction: benchmarks, benchmarks.wrong.UsesStray",
    "internal: nn, tasks.wrong.UsesInternalOfNn",
    "vector API, nn.wrong.UsesLibraries",
    "JavaCPP, nn.wrong.UsesLibraries",
    "tokenizer library, nn.wrong.UsesLibraries",
    "standard streams, nn.wrong.UsesLibraries",
    "unchecked exceptions, nn.wrong.CheckedException",
  })
  void ruleCatches(String rule, String offender) {
    ArchRule broken = ArchitectureRules.all().get(rule);
    assertThat(broken.evaluate(wrong).getFailureReport().getDetails())
        .anyMatch(line -> line.contains("dev.bearhug." + offender));
  }

  @Test
  void everyRuleHasSomethingThatBreaksIt() {
    assertThat(ArchitectureRules.all())
        .allSatisfy(
            (name, rule) -> {
              if (!name.startsWith("internal: ")) {
                assertThat(rule.evaluate(wrong).hasViolation()).as(name).isTrue();
              }
            });
  }

  @Test
  void eachModuleOwnsItsPackageAndNothingElse() {
    Map<String, String> misplaced = new TreeMap<>();
    for (JavaClass type : project) {
      String module = moduleOf(type.getPackageName());
      String folder = ArchitectureRules.FOLDERS.getOrDefault(module, "no module of that name");
      String source = type.getSource().orElseThrow().getUri().toString();
      if (!source.contains("/" + folder + "/") && !source.contains("/bearhug-" + folder + "-")) {
        misplaced.put(type.getName(), source);
      }
    }
    assertThat(misplaced).isEmpty();
  }

  @Test
  void modulesOnDiskAreTheModulesOfTheRules() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      assertThat(folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))))
          .extracting(folder -> folder.getFileName().toString())
          .containsExactlyInAnyOrderElementsOf(ArchitectureRules.FOLDERS.values());
    }
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    for (String folder : ArchitectureRules.FOLDERS.values()) {
      assertThat(packagesWithoutDescription(ROOT.resolve(folder).resolve("src/main/java")))
          .as("packages of %s without package-info.java", folder)
          .isEmpty();
    }
  }

  private static List<Path> packagesWithoutDescription(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(Path::getParent)
          .distinct()
          .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
          .collect(Collectors.toList());
    }
  }

  private static String moduleOf(String packageName) {
    String below = packageName.substring(ArchitectureRules.ROOT.length());
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }
}
