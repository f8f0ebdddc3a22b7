package dev.bearhug.nn.wrong;

/** Breaks a rule on purpose. */
public final class CheckedException extends Exception {
  private static final long serialVersionUID = 1;
}
