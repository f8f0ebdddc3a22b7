package dev.bearhug.benchmarks.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules between the modules, by name. Each module owns one package below {@code dev.bearhug}.
 */
final class ArchitectureRules {

  static final String ROOT = "dev.bearhug.";

  /** Module to Maven folder. */
  static final Map<String, String> FOLDERS =
      Map.of(
          "tensor", "tensor-core",
          "cuda", "cuda-kernels",
          "autograd", "autograd",
          "nn", "nn",
          "transformers", "transformers",
          "tasks", "tasks",
          "benchmarks", "benchmarks");

  /** Module to the modules that it may compile against. */
  private static final Map<String, List<String>> ALLOWED =
      Map.of(
          "tensor", List.of(),
          "cuda", List.of("tensor"),
          "autograd", List.of("tensor"),
          "nn", List.of("tensor", "autograd"),
          "transformers", List.of("tensor", "autograd", "nn"),
          "tasks", List.of("tensor", "autograd", "nn", "transformers"),
          "benchmarks", List.of("tensor", "cuda", "autograd", "nn", "transformers", "tasks"));

  private ArchitectureRules() {}

  static Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new TreeMap<>();
    for (String module : ALLOWED.keySet()) {
      rules.put("direction: " + module, direction(module));
      rules.put("internal: " + module, internalStaysInside(module));
    }
    rules.put(
        "vector API",
        onlyIn(
            "jdk.incubator.vector..",
            "its classes fail to load without --add-modules, so they sit behind the lookup of the"
                + " CPU backend",
            "dev.bearhug.tensor.backend.cpu..",
            "dev.bearhug.benchmarks.."));
    rules.put(
        "JavaCPP",
        onlyIn(
            "org.bytedeco..",
            "it is binding only and no tensor memory belongs to it",
            "dev.bearhug.tensor.backend.cpu..",
            "dev.bearhug.cuda..",
            "dev.bearhug.benchmarks.."));
    rules.put(
        "tokenizer library",
        onlyIn("ai.djl..", "it hides behind our Tokenizer", "dev.bearhug.transformers.."));
    rules.put(
        "standard streams",
        noClasses()
            .that(
                resideInAnyPackage("dev.bearhug..")
                    .and(
                        not(resideInAnyPackage("dev.bearhug.tasks..", "dev.bearhug.benchmarks.."))))
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
            .because("libraries log through slf4j; only programs print")
            .allowEmptyShould(true));
    rules.put(
        "unchecked exceptions",
        classes()
            .that()
            .resideInAPackage("dev.bearhug..")
            .and()
            .arePublic()
            .and()
            .areAssignableTo(Exception.class)
            .and()
            .areNotAssignableTo(IOException.class)
            .should()
            .beAssignableTo(RuntimeException.class)
            .because("callers cannot repair a wrong shape, and lambdas cannot pass it on")
            .allowEmptyShould(true));
    return rules;
  }

  private static ArchRule direction(String module) {
    List<String> allowed = ALLOWED.get(module);
    DescribedPredicate<JavaClass> forbidden =
        resideInAPackage("dev.bearhug..")
            .and(not(resideInAPackage(packageOf(module))))
            .and(
                not(
                    resideInAnyPackage(
                        allowed.stream()
                            .map(ArchitectureRules::packageOf)
                            .toArray(String[]::new))));
    return noClasses()
        .that()
        .resideInAPackage(packageOf(module))
        .should()
        .dependOnClassesThat(forbidden.as("belong to other modules than %s", allowed))
        .because("the modules build on each other in one direction")
        .allowEmptyShould(true);
  }

  private static ArchRule internalStaysInside(String module) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(packageOf(module))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + module + "..internal..")
        .because("internal packages may change at any time")
        .allowEmptyShould(true);
  }

  private static ArchRule onlyIn(String library, String why, String... users) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .because(why)
        .allowEmptyShould(true);
  }

  private static String packageOf(String module) {
    return ROOT + module + "..";
  }
}
