package dev.bearhug.nn.train;

import dev.bearhug.nn.data.Batch;
import java.util.List;

/**
 * What the steps of the present epoch add up to.
 *
 * @param lossSum sum of the losses of steps with labels
 * @param lossSteps number of these steps
 * @param tokens number of real tokens
 * @param slots number of token positions, padding included
 */
record EpochTotals(double lossSum, long lossSteps, long tokens, long slots) {

  static final EpochTotals ZERO = new EpochTotals(0, 0, 0, 0);

  EpochTotals plus(StepPass pass, List<Batch> group) {
    return new EpochTotals(
        lossSum + pass.loss(),
        lossSteps + (pass.labelled() ? 1 : 0),
        tokens + group.stream().mapToLong(Batch::tokens).sum(),
        slots + group.stream().mapToLong(Batch::slots).sum());
  }

  double meanLoss() {
    return lossSum / lossSteps;
  }
}
