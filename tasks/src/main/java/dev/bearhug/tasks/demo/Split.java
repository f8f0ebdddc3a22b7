package dev.bearhug.tasks.demo;

/** A part of the corpus. */
public enum Split {
  /** Sentences to learn from; they use no held-out template and no held-out word. */
  TRAIN,
  /** Sentences to be judged on; each uses at least one held-out template or word. */
  DEV
}
