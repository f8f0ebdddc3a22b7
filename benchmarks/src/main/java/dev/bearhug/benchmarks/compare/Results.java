package dev.bearhug.benchmarks.compare;

import java.util.List;

/**
 * Everything a report says.
 *
 * @param title heading
 * @param info where and how it ran
 * @param ceilings limits of the machine
 * @param all what was measured
 * @param texts the texts of the cases with real lengths
 * @param failures what could not be measured and why
 */
record Results(
    String title,
    RunInfo info,
    Ceilings ceilings,
    List<Comparison> all,
    List<TextSet> texts,
    List<String> failures) {

  /** Copies the lists. */
  Results {
    all = List.copyOf(all);
    texts = List.copyOf(texts);
    failures = List.copyOf(failures);
  }

  /** The same work on all threads if this is on one, or null. */
  Comparison onAllThreads(Comparison one) {
    return all.stream()
        .filter(
            c ->
                c != one
                    && c.threads() > one.threads()
                    && c.which().dtype().equals(one.which().dtype())
                    && c.which().name().equals(one.which().nameOnAllThreads()))
        .findFirst()
        .orElse(null);
  }

  /** The texts of a case, or null. */
  TextSet textsOf(Case which) {
    return texts.stream()
        .filter(t -> which.name().equals(Cases.REAL_LENGTHS + t.name()))
        .findFirst()
        .orElse(null);
  }
}
