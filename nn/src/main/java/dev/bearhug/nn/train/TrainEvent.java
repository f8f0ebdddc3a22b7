package dev.bearhug.nn.train;

import java.util.List;
import java.util.Map;

/** What a {@link TrainListener} is told. */
public sealed interface TrainEvent {

  /** Returns the number of optimizer steps done. */
  long step();

  /**
   * The run starts or goes on.
   *
   * @param step steps done before, 0 for a new run
   * @param totalSteps steps of the whole run
   * @param stepsPerEpoch steps of one epoch
   * @param parameters number of weights
   * @param trainable number of weights that are trained
   * @param resumed whether it goes on from a checkpoint
   */
  record RunStart(
      long step,
      long totalSteps,
      long stepsPerEpoch,
      long parameters,
      long trainable,
      boolean resumed)
      implements TrainEvent {}

  /**
   * An epoch starts; not told when a run resumes within one.
   *
   * @param step steps done
   * @param epoch number of the epoch, from 0
   */
  record EpochStart(long step, long epoch) implements TrainEvent {}

  /**
   * An optimizer step was done.
   *
   * @param step steps done, this one included
   * @param totalSteps steps of the whole run
   * @param epoch number of the epoch, from 0
   * @param loss mean over the labels of the step that count, summed over the loss terms; 0 if there
   *     are none
   * @param rate learning rate
   * @param gradNorm joint norm of the gradients before clipping
   * @param gradScale factor that clipping put on the gradients, 1 for none
   * @param examples number of examples
   * @param tokens number of real tokens
   * @param slots number of token positions, padding included
   * @param seconds duration, waiting for the data included
   * @param liveBytes device memory held by tensors after the step
   * @param peakBytes largest device memory held by tensors so far
   */
  record StepEnd(
      long step,
      long totalSteps,
      long epoch,
      double loss,
      double rate,
      double gradNorm,
      double gradScale,
      long examples,
      long tokens,
      long slots,
      double seconds,
      long liveBytes,
      long peakBytes)
      implements TrainEvent {

    /** Returns the share of padding among the token positions, 0 to 1; 0 where there are none. */
    public double paddingShare() {
      return slots == 0 ? 0 : (double) (slots - tokens) / slots;
    }

    /** Returns the number of real tokens per second. */
    public double tokensPerSecond() {
      return seconds > 0 ? tokens / seconds : 0;
    }
  }

  /**
   * An epoch is over.
   *
   * @param step steps done
   * @param epoch number of the epoch, from 0
   * @param meanLoss mean loss of its steps that had labels, not a number if none had
   * @param tokens number of real tokens
   * @param slots number of token positions, padding included
   */
  record EpochEnd(long step, long epoch, double meanLoss, long tokens, long slots)
      implements TrainEvent {}

  /**
   * An evaluation starts.
   *
   * @param step steps done
   */
  record EvalStart(long step) implements TrainEvent {}

  /**
   * An evaluation is over.
   *
   * @param step steps done
   * @param epoch number of the epoch, from 0
   * @param metrics values by name, sorted by name
   * @param best whether the metric that is watched is the best so far
   * @param withoutProgress evaluations in a row that brought no progress
   * @param seconds duration
   */
  record EvalEnd(
      long step,
      long epoch,
      Map<String, Double> metrics,
      boolean best,
      int withoutProgress,
      double seconds)
      implements TrainEvent {}

  /**
   * A checkpoint is complete on the disk.
   *
   * @param step steps done
   * @param checkpoint the checkpoint
   * @param seconds time it took to write it
   */
  record CheckpointSaved(long step, Checkpoint checkpoint, double seconds) implements TrainEvent {}

  /**
   * Something that is probably a mistake of the setup.
   *
   * @param step steps done
   * @param message what it is and what to do
   * @param paths the parameters concerned, empty if none
   */
  record Warning(long step, String message, List<String> paths) implements TrainEvent {}

  /**
   * The run ended by itself, by early stopping or by request.
   *
   * @param step steps done
   * @param result what came out
   */
  record RunEnd(long step, TrainResult result) implements TrainEvent {}

  /**
   * The run ended by an error, which the trainer throws afterwards.
   *
   * @param step steps done
   * @param error the error
   */
  record RunFailed(long step, Throwable error) implements TrainEvent {}
}
