package dev.bearhug.tensor.backend.cpu;

import dev.bearhug.tensor.error.Suggestions;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the implementation of matrix products: oneDNN, else the Vector API, else plain loops.
 *
 * <p>{@code -Dbearhug.gemm=onednn|vector|loop} chooses by name. A product that the chosen
 * implementation does not support, such as one of mixed types in oneDNN, goes to the next usable
 * one in this order.
 */
public final class GemmSelector {

  /** System property with the name of the implementation. */
  public static final String PROPERTY = "bearhug.gemm";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /**
   * One implementation and whether it can be used here.
   *
   * @param name the name that selects it
   * @param usable whether it runs on this machine and JVM
   * @param detail its description, or the reason why it is not usable and what to do
   */
  public record Candidate(String name, boolean usable, String detail) {}

  private static volatile GemmSelector shared;

  private final List<Candidate> candidates;
  private final Gemm chosen;

  private GemmSelector(List<Candidate> candidates, Gemm chosen) {
    this.candidates = candidates;
    this.chosen = chosen;
  }

  /**
   * The choice of the CPU backend for this process, by {@link #PROPERTY}.
   *
   * @throws IllegalArgumentException for an unknown name
   * @throws IllegalStateException if the named implementation is not usable here
   */
  public static GemmSelector shared() {
    GemmSelector selector = shared;
    if (selector == null) {
      synchronized (GemmSelector.class) {
        selector = shared;
        if (selector == null) {
          selector = select(System.getProperty(PROPERTY), WorkerPool.shared());
          shared = selector;
        }
      }
    }
    return selector;
  }

  /**
   * Makes a choice of its own, for benchmarks and tests.
   *
   * @param wanted a name, or null or empty for the best usable implementation
   * @param pool the threads for the Vector API and the loops; oneDNN uses as many of its own
   * @throws IllegalArgumentException for an unknown name
   * @throws IllegalStateException if the named implementation is not usable here
   */
  public static GemmSelector select(String wanted, WorkerPool pool) {
    List<Candidate> candidates = new ArrayList<>();
    List<Gemm> usable = new ArrayList<>();
    OneDnnLibrary.Outcome oneDnn = OneDnnLibrary.load();
    if (oneDnn.library() != null) {
      usable.add(new OneDnnGemm(oneDnn.library(), pool, OneDnnGemm.DEFAULT_CAPACITY));
      candidates.add(accepted(usable.getLast()));
    } else {
      candidates.add(new Candidate("onednn", false, oneDnn.refusal()));
    }
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
      usable.add(VectorFactory.create(pool));
      candidates.add(accepted(usable.getLast()));
    } else {
      candidates.add(
          new Candidate(
              "vector",
              false,
              "the JVM runs without its vector module. Add --add-modules " + VECTOR_MODULE));
    }
    usable.add(new LoopGemm(pool));
    candidates.add(accepted(usable.getLast()));
    return new GemmSelector(List.copyOf(candidates), choose(wanted, candidates, usable));
  }

  /** The implementation to use. */
  public Gemm gemm() {
    return chosen;
  }

  /** All implementations, best first. */
  public List<Candidate> candidates() {
    return candidates;
  }

  /**
   * Several lines for the user: the choice, and each implementation with its description or
   * refusal.
   */
  public String report() {
    StringBuilder text = new StringBuilder("matrix products: ").append(chosen.name());
    for (Candidate c : candidates) {
      text.append(System.lineSeparator())
          .append(
              String.format(
                  "  %-7s %s  %s", c.name(), c.usable() ? "usable" : "no    ", c.detail()));
    }
    return text.toString();
  }

  private static Candidate accepted(Gemm gemm) {
    return new Candidate(gemm.name(), true, gemm.description());
  }

  private static Gemm choose(String wanted, List<Candidate> candidates, List<Gemm> usable) {
    if (wanted == null || wanted.isBlank()) {
      return new FirstSupportingGemm(usable);
    }
    for (Candidate c : candidates) {
      if (!c.name().equals(wanted)) {
        continue;
      }
      if (!c.usable()) {
        throw new IllegalStateException(
            "matmul: -D"
                + PROPERTY
                + "="
                + wanted
                + " cannot be used: "
                + c.detail()
                + ". Leave the property out for the best usable one.");
      }
      List<Gemm> order = new ArrayList<>(usable);
      order.removeIf(g -> g.name().equals(wanted));
      usable.stream().filter(g -> g.name().equals(wanted)).forEach(order::addFirst);
      return new FirstSupportingGemm(order);
    }
    List<String> known = candidates.stream().map(Candidate::name).toList();
    throw new IllegalArgumentException(
        "matmul: -D"
            + PROPERTY
            + "="
            + wanted
            + " is unknown. Known are "
            + String.join(", ", known)
            + "."
            + Suggestions.didYouMean(wanted, known));
  }

  /**
   * Mentions the class that needs the vector module, apart, so that it loads only when the module
   * is there.
   */
  private static final class VectorFactory {
    private VectorFactory() {}

    static Gemm create(WorkerPool pool) {
      return new VectorGemm(pool);
    }
  }
}
