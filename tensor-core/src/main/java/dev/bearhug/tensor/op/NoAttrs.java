package dev.bearhug.tensor.op;

/** Attributes of an op that has none. */
public record NoAttrs() {

  /** The only value needed. */
  public static final NoAttrs NONE = new NoAttrs();
}
