package dev.bearhug.tasks.processor;

/** A choice that can be left to the program. */
public enum Toggle {
  /** Decided by the program, which reports its decision. */
  AUTO,
  /** On. */
  TRUE,
  /** Off. */
  FALSE;

  /** Returns the choice, or a decision of the program for {@link #AUTO}. */
  public boolean orElse(boolean decision) {
    return this == AUTO ? decision : this == TRUE;
  }
}
