package dev.bearhug.tasks.processor;

/** The form of the labels of a data set. */
public enum LabelType {
  /** Found out from the labels, when they leave no doubt. */
  AUTO,
  /** One class per example. */
  SINGLE,
  /** A set of classes per example. */
  MULTI,
  /** A number per example. */
  REGRESSION
}
