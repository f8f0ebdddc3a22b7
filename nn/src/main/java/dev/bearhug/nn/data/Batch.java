package dev.bearhug.nn.data;

import dev.bearhug.tensor.error.Suggestions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The host arrays of several examples, by name, and how many tokens they hold.
 *
 * <p>Immutable apart from the contents of the arrays, which nobody should change.
 */
public final class Batch {
  private final int examples;
  private final long tokens;
  private final long slots;
  private final Map<String, HostArray> arrays;

  private Batch(Builder builder) {
    this.examples = builder.examples;
    this.tokens = builder.tokens;
    this.slots = builder.slots;
    this.arrays = Collections.unmodifiableMap(new LinkedHashMap<>(builder.arrays));
  }

  /**
   * Starts a batch.
   *
   * @param examples number of examples, at least 1
   */
  public static Builder builder(int examples) {
    return new Builder(examples);
  }

  /** Returns the number of examples. */
  public int examples() {
    return examples;
  }

  /** Returns the number of real tokens, without padding; 0 if the batch has no token axis. */
  public long tokens() {
    return tokens;
  }

  /** Returns the number of padding tokens. */
  public long padding() {
    return slots - tokens;
  }

  /** Returns the number of token positions, real or padding. */
  public long slots() {
    return slots;
  }

  /** Returns the names of the arrays, in the order they were added. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /** Returns whether there is an array of this name. */
  public boolean has(String name) {
    return arrays.containsKey(name);
  }

  /**
   * Returns an array.
   *
   * @param name one of {@link #names()}
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public HostArray get(String name) {
    HostArray array = arrays.get(name);
    if (array == null) {
      String hint = Suggestions.didYouMean(name, arrays.keySet());
      throw new IllegalArgumentException(
          "batch: there is no array '"
              + name
              + "' (there are: "
              + String.join(", ", arrays.keySet())
              + ")."
              + (hint.isEmpty() ? " Does the collator of this task add it?" : hint));
    }
    return array;
  }

  /** Returns sizes and arrays, for messages. */
  @Override
  public String toString() {
    return "Batch[examples="
        + examples
        + ", tokens="
        + tokens
        + ", slots="
        + slots
        + ", "
        + arrays
        + "]";
  }

  /** Collects the arrays of a batch. */
  public static final class Builder {
    private final int examples;
    private final Map<String, HostArray> arrays = new LinkedHashMap<>();
    private long tokens;
    private long slots;

    private Builder(int examples) {
      if (examples < 1) {
        throw new IllegalArgumentException(
            "batch: must have at least one example, got " + examples + ".");
      }
      this.examples = examples;
    }

    /**
     * Adds an array.
     *
     * @param name not used before in this batch
     * @param array the array with its shape
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder put(String name, HostArray array) {
      Objects.requireNonNull(array, name);
      if (arrays.putIfAbsent(Objects.requireNonNull(name, "name"), array) != null) {
        throw new IllegalArgumentException(
            "batch: array '" + name + "' was added twice. Give each array a name of its own.");
      }
      return this;
    }

    /**
     * States how many token positions the batch has.
     *
     * @param realTokens positions with a token of an example
     * @param allSlots all positions, padding included
     * @throws IllegalArgumentException unless {@code 0 <= realTokens <= allSlots}
     */
    public Builder tokens(long realTokens, long allSlots) {
      if (realTokens < 0 || realTokens > allSlots) {
        throw new IllegalArgumentException(
            "batch: real tokens must be between 0 and all positions (tokens "
                + realTokens
                + ", positions "
                + allSlots
                + ").");
      }
      this.tokens = realTokens;
      this.slots = allSlots;
      return this;
    }

    /** Returns the batch. */
    public Batch build() {
      return new Batch(this);
    }
  }
}
