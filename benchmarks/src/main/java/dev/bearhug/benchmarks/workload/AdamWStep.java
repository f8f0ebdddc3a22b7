package dev.bearhug.benchmarks.workload;

import dev.bearhug.autograd.Autograd;
import dev.bearhug.nn.Parameter;
import dev.bearhug.nn.optim.AdamW;
import dev.bearhug.nn.optim.ParamGroup;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.memory.Scope;
import java.util.ArrayList;
import java.util.List;

/** One step of AdamW over parameters of one shape that have gradients. */
public final class AdamWStep implements Workload {

  private static final double RATE = 2e-5;
  private static final double WEIGHT_DECAY = 0.01;

  private final List<Parameter> parameters = new ArrayList<>();
  private final AdamW optimizer;

  /**
   * Makes parameters with gradients.
   *
   * @param count number of parameters
   * @param rows rows of each
   * @param cols columns of each
   */
  public AdamWStep(int count, long rows, long cols) {
    Inputs inputs = new Inputs(1);
    try (Scope scope = Scope.open("gradients")) {
      for (int i = 0; i < count; i++) {
        Parameter p = new Parameter("weight" + i, inputs.normal(0.02, rows, cols));
        parameters.add(p);
        Tensor gradient = inputs.normal(1e-3, rows, cols);
        Autograd.backward(p.tensor(), gradient);
        gradient.close();
      }
    }
    optimizer = new AdamW(ParamGroup.single(parameters, WEIGHT_DECAY));
  }

  @Override
  public void run() {
    optimizer.step(RATE);
  }

  @Override
  public void close() {
    optimizer.zeroGrad();
    optimizer.close();
    parameters.forEach(Parameter::close);
  }
}
