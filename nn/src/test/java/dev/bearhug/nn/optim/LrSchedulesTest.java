package dev.bearhug.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bearhug.testing.SharedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LrSchedulesTest {

  /** Names the reference file shortens. */
  private static final Map<String, String> ALIASES =
      Map.of("constant_warmup", "constant_with_warmup", "cosine_restarts", "cosine_with_restarts");

  @TestFactory
  Stream<DynamicTest> matchesTheCopiedReferenceRates() throws IOException {
    try (InputStream in = LrSchedulesTest.class.getResourceAsStream("schedules.json")) {
      return cases(new ObjectMapper().readTree(in));
    }
  }

  @Tag("fixtures")
  @TestFactory
  Stream<DynamicTest> matchesTheReferenceRates() throws IOException {
    Path file = SharedFiles.fixtures("optim").resolve("optim.json");
    return cases(new ObjectMapper().readTree(file.toFile()));
  }

  @Test
  void startsAtTheBaseRateWithoutWarmup() {
    assertThat(LrSchedules.linear(0.5, 0, 10).rate(0)).isEqualTo(0.5);
    assertThat(LrSchedules.inverseSqrt(0.5, 0, 7).rate(0)).isEqualTo(0.5);
    assertThat(LrSchedules.polynomial(0.5, 0, 10, 0.1, 3).rate(0)).isEqualTo(0.5);
  }

  @Test
  void survivesAWarmupAsLongAsTheRun() {
    for (String name : List.of("linear", "cosine", "cosine_with_restarts", "polynomial")) {
      LrSchedule schedule = LrSchedules.named(name, 0.1, Map.of("warmup", 6, "total", 6));
      assertThat(schedule.rate(3)).as(name).isCloseTo(0.05, within(1e-15));
      for (long step = 0; step < 12; step++) {
        assertThat(schedule.rate(step)).as("%s, step %d", name, step).isBetween(0.0, 0.1);
      }
    }
  }

  @Test
  void usesTheDefaultsOfTheReference() {
    Map<String, Integer> args = Map.of("warmup", 3, "total", 20);
    assertSame(LrSchedules.named("cosine", 1, args), LrSchedules.cosine(1, 3, 20, 0.5));
    assertSame(
        LrSchedules.named("cosine_with_restarts", 1, args),
        LrSchedules.cosineWithRestarts(1, 3, 20, 1));
    assertSame(LrSchedules.named("polynomial", 1, args), LrSchedules.polynomial(1, 3, 20, 1e-7, 1));
    assertSame(
        LrSchedules.named("inverse_sqrt", 1, Map.of("warmup", 3)),
        LrSchedules.inverseSqrt(1, 3, 3));
    assertSame(
        LrSchedules.named("inverse_sqrt", 1, Map.of()), LrSchedules.inverseSqrt(1, 0, 10_000));
  }

  @Test
  void suggestsTheNearestNameForAnUnknownSchedule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.named("polinomial", 1, Map.of()))
        .withMessage(
            "learning-rate schedule: unknown learning-rate schedule 'polinomial' (known: constant,"
                + " constant_with_warmup, cosine, cosine_with_restarts, inverse_sqrt, linear,"
                + " polynomial). Did you mean polynomial?");
  }

  @Test
  void rejectsArgumentsThatWouldDoNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.named("linear", 1, Map.of("total", 5, "warmpu", 1)))
        .withMessage(
            "learning-rate schedule: schedule 'linear' takes no argument 'warmpu' (known: total,"
                + " warmup). Did you mean warmup?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.named("constant", 1, Map.of("total", 5)))
        .withMessage(
            "learning-rate schedule: schedule 'constant' takes no argument 'total' (known: none).");
    assertThat(LrSchedules.argumentNames("constant")).isEmpty();
    assertThat(LrSchedules.argumentNames("linear")).containsExactlyInAnyOrder("warmup", "total");
  }

  @Test
  void rejectsValuesOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.named("linear", 1, Map.of("warmup", 3)))
        .withMessageContaining("'linear' needs the argument 'total'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.named("linear", 1, Map.of("total", 2.5)))
        .withMessageContaining("total must be a whole number of steps, got 2.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.polynomial(0.1, 0, 10, 0.1, 1))
        .withMessageContaining("lr_end must be below the base rate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.constant(Double.NaN))
        .withMessageContaining("must be finite and not negative, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.linear(0.1, -1, 10))
        .withMessageContaining("warmup must be finite and not negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.cosine(0.1, 0, 10, 0))
        .withMessageContaining("num_cycles must be finite and above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LrSchedules.constant(0.1).rate(-1))
        .withMessageContaining("the step must not be negative, got -1");
  }

  private static void assertSame(LrSchedule actual, LrSchedule expected) {
    for (long step = 0; step < 40; step++) {
      assertThat(actual.rate(step)).as("step %d", step).isEqualTo(expected.rate(step));
    }
  }

  private static Stream<DynamicTest> cases(JsonNode file) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : file.get("schedules").properties()) {
      tests.add(
          DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
    }
    assertThat(tests).as("schedules in the reference file").isNotEmpty();
    return tests.stream();
  }

  private static void check(String label, JsonNode expected) {
    Map<String, Double> arguments = new HashMap<>();
    expected
        .get("args")
        .properties()
        .forEach(e -> arguments.put(e.getKey(), e.getValue().asDouble()));
    double baseRate = expected.get("base_lr").asDouble();
    LrSchedule schedule = LrSchedules.named(scheduleName(label), baseRate, arguments);
    JsonNode rates = expected.get("lr");
    assertThat(rates.size()).isPositive();
    for (int step = 0; step < rates.size(); step++) {
      double want = rates.get(step).asDouble();
      // Where a wave reaches 0 the reference itself is only exact to an ulp of the base rate.
      double tolerance = 1e-12 * Math.abs(want) + 1e-15 * baseRate;
      assertThat(schedule.rate(step))
          .as("%s, step %d", label, step)
          .isCloseTo(want, within(tolerance));
    }
  }

  /** A label is the schedule's name, perhaps followed by what is special about the case. */
  private static String scheduleName(String label) {
    return Stream.concat(LrSchedules.names().stream(), ALIASES.keySet().stream())
        .filter(label::startsWith)
        .max(Comparator.comparingInt(String::length))
        .map(name -> ALIASES.getOrDefault(name, name))
        .orElseThrow(() -> new AssertionError("no schedule for reference case " + label));
  }
}
