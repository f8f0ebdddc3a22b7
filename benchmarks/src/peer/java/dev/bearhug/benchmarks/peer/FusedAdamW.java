package dev.bearhug.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The library's fused AdamW, one pass over each parameter. Its C++ optimizer takes several passes
 * and is slower; the presets have no method for the fused one, so a script calls it.
 */
final class FusedAdamW {

  /** Returns the lists, or the compiler would find the call without effect and leave it out. */
  private static final String SCRIPT =
      """
      def step(p: Tensor, g: Tensor, m: Tensor, v: Tensor, s: Tensor):
          s.add_(1)
          ps, gs, ms, vs, ss = [p], [g], [m], [v], [s]
          torch._fused_adamw_(ps, gs, ms, vs, [], ss, lr=2e-5, beta1=0.9, beta2=0.999,
              weight_decay=0.01, eps=1e-8, amsgrad=False, maximize=False)
          return ps, ms, vs
      """;

  private record State(Tensor parameter, Tensor average, Tensor square, Tensor steps) {}

  private final List<State> states = new ArrayList<>();
  private final CompilationUnit unit;
  private final Function step;
  private boolean stepped;

  FusedAdamW(List<Tensor> parameters) {
    for (Tensor p : parameters) {
      states.add(new State(p, torch.zeros_like(p), torch.zeros_like(p), torch.zeros()));
    }
    unit = torch.compile(SCRIPT);
    step = unit.get_function(new QualifiedName("step"));
  }

  /** Updates every parameter that has a gradient. */
  void step() {
    float before = stepped ? 0 : sample();
    update();
    if (!stepped && sample() == before) {
      throw new IllegalStateException("libtorch: the fused AdamW changed nothing.");
    }
    stepped = true;
  }

  /** Sum of the first parameter's averages, which any step with a gradient changes. */
  private float sample() {
    return states.get(0).average().sum().item_float();
  }

  private void update() {
    try (NoGradGuard guard = new NoGradGuard()) {
      for (State s : states) {
        Tensor gradient = s.parameter().grad();
        if (gradient.defined()) {
          step.apply(
              new IValueVector(
                  new IValue(s.parameter()),
                  new IValue(gradient),
                  new IValue(s.average()),
                  new IValue(s.square()),
                  new IValue(s.steps())));
        }
      }
    }
  }

  /** Gives the gradients back. */
  void zeroGrad() {
    for (State s : states) {
      s.parameter().mutable_grad().reset();
    }
  }
}
