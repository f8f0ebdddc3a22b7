package dev.bearhug.tasks.config;

/** The numbers in which a model is trained. */
public enum Precision {
  /** 32-bit floating point throughout. */
  F32
}
