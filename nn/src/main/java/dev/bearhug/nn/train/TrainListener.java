package dev.bearhug.nn.train;

/**
 * Is told what happens in training: progress bars, logs, tracking.
 *
 * <p>Called on the training thread, in the order of registration. An exception of a listener stops
 * the run like any other error. A listener must not change model, gradients or random numbers,
 * otherwise a resumed run differs from the uninterrupted one.
 */
public interface TrainListener {

  /** The run starts or goes on. */
  default void onRunStart(TrainEvent.RunStart event) {}

  /** An epoch starts. */
  default void onEpochStart(TrainEvent.EpochStart event) {}

  /** An optimizer step was done. */
  default void onStepEnd(TrainEvent.StepEnd event) {}

  /** An epoch is over. */
  default void onEpochEnd(TrainEvent.EpochEnd event) {}

  /** An evaluation starts. */
  default void onEvalStart(TrainEvent.EvalStart event) {}

  /** An evaluation is over. */
  default void onEvalEnd(TrainEvent.EvalEnd event) {}

  /** A checkpoint is complete on the disk. */
  default void onCheckpointSaved(TrainEvent.CheckpointSaved event) {}

  /** Something is probably a mistake of the setup. */
  default void onWarning(TrainEvent.Warning event) {}

  /** The run ended without an error. */
  default void onRunEnd(TrainEvent.RunEnd event) {}

  /** The run ended by an error. */
  default void onRunFailed(TrainEvent.RunFailed event) {}
}
