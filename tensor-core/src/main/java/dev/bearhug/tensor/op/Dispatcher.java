package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.KernelCall;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.error.DeviceException;
import dev.bearhug.tensor.error.MissingKernelException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.std.CopyOp;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Runs ops: checks and allocates by the op's rule, then runs the kernel of the inputs' backend or,
 * where there is none, the op's definition; then tells recorder and hooks.
 */
public final class Dispatcher {

  /** State of one thread. */
  private static final class State {
    private int suspended;
    private boolean byDefinition;
    private ExecutionHook[] hooks = {};
    private InputRewriter rewriter;
  }

  private static final ThreadLocal<State> STATE = ThreadLocal.withInitial(State::new);
  private static volatile Recorder recorder;

  private Dispatcher() {}

  /** Installs the recorder of gradients for all threads; called once by the autograd module. */
  public static void install(Recorder newRecorder) {
    recorder = newRecorder;
  }

  /** Stops recording on this thread until {@link #resume}; nests. */
  public static void suspend() {
    STATE.get().suspended++;
  }

  /** Ends the innermost {@link #suspend} of this thread. */
  public static void resume() {
    STATE.get().suspended--;
  }

  /** Whether calls on this thread may be recorded. */
  public static boolean isRecording() {
    return recorder != null && STATE.get().suspended == 0;
  }

  /**
   * Forces recording on this thread although it is suspended; returns what {@link #restore} takes.
   */
  public static int forceRecording() {
    State s = STATE.get();
    int before = s.suspended;
    s.suspended = 0;
    return before;
  }

  /** Undoes {@link #forceRecording}. */
  public static void restore(int suspended) {
    STATE.get().suspended = suspended;
  }

  /**
   * Sets whether recorded calls of this thread are recorded by their definitions where they have
   * one; returns what was set before.
   */
  public static boolean setByDefinition(boolean byDefinition) {
    State s = STATE.get();
    boolean before = s.byDefinition;
    s.byDefinition = byDefinition;
    return before;
  }

  /** The rewriter of this thread, or null. */
  public static InputRewriter rewriter() {
    return STATE.get().rewriter;
  }

  /** Sets the rewriter of this thread, null for none; returns the one before. */
  public static InputRewriter setRewriter(InputRewriter rewriter) {
    State s = STATE.get();
    InputRewriter before = s.rewriter;
    s.rewriter = rewriter;
    return before;
  }

  /** Adds a hook for this thread. */
  public static void addHook(ExecutionHook hook) {
    State s = STATE.get();
    s.hooks = Arrays.copyOf(s.hooks, s.hooks.length + 1);
    s.hooks[s.hooks.length - 1] = hook;
  }

  /** Removes a hook of this thread. */
  public static void removeHook(ExecutionHook hook) {
    State s = STATE.get();
    s.hooks = Arrays.stream(s.hooks).filter(h -> h != hook).toArray(ExecutionHook[]::new);
  }

  /** Runs an op and returns its first output. */
  public static <A> Tensor call(Op<A> op, A attrs, Tensor... inputs) {
    return apply(op, attrs, inputs)[0];
  }

  /**
   * Runs an op.
   *
   * @param inputs in the order of the declaration; absent optional ones are null
   * @return the outputs in the order of the declaration
   */
  public static <A> Tensor[] apply(Op<A> op, A attrs, Tensor... inputs) {
    Backend backend = check(op, inputs);
    State state = STATE.get();
    InputRewriter rewriter = state.rewriter;
    if (rewriter == null) {
      return run(op, attrs, inputs, inputs, backend, state);
    }
    Tensor[] rewritten = rewriter.rewrite(op, inputs);
    // What an op is made of runs on what the op was given.
    state.rewriter = null;
    try {
      Tensor[] outputs = run(op, attrs, inputs, rewritten, backend, state);
      if (rewritten != inputs) {
        closeRewritten(inputs, rewritten, outputs);
      }
      return outputs;
    } finally {
      state.rewriter = rewriter;
    }
  }

  private static void closeRewritten(Tensor[] given, Tensor[] rewritten, Tensor[] outputs) {
    for (int i = 0; i < given.length; i++) {
      if (rewritten[i] != given[i] && !Arrays.asList(outputs).contains(rewritten[i])) {
        rewritten[i].close();
      }
    }
  }

  private static <A> Tensor[] run(
      Op<A> op, A attrs, Tensor[] given, Tensor[] inputs, Backend backend, State state) {
    Recorder r = recorder;
    boolean record = r != null && state.suspended == 0 && r.wants(given);
    if (record && op.spec().mutates()) {
      throw new IllegalStateException(
          op.name()
              + ": changes its inputs in place and is refused while gradients are recorded."
              + " Wrap the call in NoGrad.");
    }
    long start = state.hooks.length == 0 ? 0 : System.nanoTime();
    Tensor[] outputs;
    if (op instanceof ViewOp<A> view) {
      outputs = new Tensor[] {inputs[0].view(view.view(inputs[0].layout(), attrs))};
    } else {
      Inference inference = new Inference(op, inputs);
      op.infer(inference, attrs);
      KernelTable.Entry entry = backend.kernels().find(op.name(), inputs[op.spec().key()].dtype());
      if (record && inPieces(op, state)) {
        recordCasts(r, given, inputs);
        return op.compose(inputs, attrs);
      }
      outputs =
          entry == null
              ? define(op, attrs, inputs, state)
              : run(entry, op, attrs, inputs, inference, state);
    }
    if (op.spec().mutates()) {
      markChanged(op.spec(), inputs);
    }
    if (record) {
      r.record(op, attrs, given, inputs, outputs);
    }
    if (state.hooks.length > 0) {
      long nanos = System.nanoTime() - start;
      for (ExecutionHook h : state.hooks) {
        h.after(op, attrs, inputs, outputs, nanos);
      }
    }
    return outputs;
  }

  private static boolean inPieces(Op<?> op, State state) {
    return op.gradientKind() == Op.GradientKind.COMPOSED
        || state.byDefinition && op.isComposed() && op.gradientKind() == Op.GradientKind.OWN;
  }

  /** Connects inputs that were converted with those given, for ops recorded piece by piece. */
  private static void recordCasts(Recorder r, Tensor[] given, Tensor[] inputs) {
    for (int i = 0; i < given.length; i++) {
      if (inputs[i] != given[i] && given[i].requiresGrad()) {
        Tensor[] source = {given[i]};
        r.record(CopyOp.INSTANCE, inputs[i].dtype(), source, source, new Tensor[] {inputs[i]});
      }
    }
  }

  private static Backend check(Op<?> op, Tensor[] inputs) {
    OpSpec spec = op.spec();
    int declared = spec.inputCount();
    if (spec.isVariadic() ? inputs.length == 0 : inputs.length != declared) {
      throw new IllegalArgumentException(
          op.name() + ": takes " + spec + " but was given " + inputs.length + " inputs.");
    }
    int required = spec.requiredInputs();
    Tensor first = inputs[0];
    for (int i = 0; i < inputs.length; i++) {
      Tensor t = inputs[i];
      if (t == null) {
        if (spec.isVariadic() || i < required) {
          throw new IllegalArgumentException(
              op.name()
                  + ": input "
                  + (spec.isVariadic() ? "" + i : spec.inputs().get(i))
                  + " is missing.");
        }
        continue;
      }
      t.checkLive(op.name());
      if (t.storage().backend() != first.storage().backend()
          || !t.device().equals(first.device())) {
        throw new DeviceException(
            op.name(),
            "inputs are on "
                + first.device()
                + " and "
                + t.device()
                + ". Move one with to(device).");
      }
    }
    return first.storage().backend();
  }

  private static <A> Tensor[] define(Op<A> op, A attrs, Tensor[] inputs, State state) {
    if (!op.isComposed()) {
      DType key = inputs[op.spec().key()].dtype();
      throw new MissingKernelException(
          op.name(),
          "backend "
              + inputs[0].device()
              + " has no kernel for "
              + key
              + " and the op is not defined by others. It has kernels for "
              + inputs[0].storage().backend().kernels().dtypes(op.name())
              + ".");
    }
    state.suspended++;
    try (Scope scope = Scope.nested(op.name())) {
      Tensor[] outputs = op.compose(inputs, attrs);
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = scope.keep(independent(outputs[i], inputs));
      }
      return outputs;
    } finally {
      state.suspended--;
    }
  }

  /** A definition may return one of its inputs; the caller gets a handle of its own. */
  private static Tensor independent(Tensor output, Tensor[] inputs) {
    for (Tensor t : inputs) {
      if (t == output) {
        return output.view(output.layout());
      }
    }
    return output;
  }

  private static <A> Tensor[] run(
      KernelTable.Entry entry,
      Op<A> op,
      A attrs,
      Tensor[] inputs,
      Inference inference,
      State state) {
    Tensor[] outputs = new Tensor[inference.outputCount()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] =
          Tensor.allocate(
              inputs[0].device(),
              inputs[0].storage().backend(),
              inference.outputShape(i),
              inference.outputDType(i),
              op.site());
    }
    Tensor[] rowMajor = inputs;
    if (!entry.strided()) {
      for (int i = 0; i < inputs.length; i++) {
        Tensor t = inputs[i];
        if (t != null && !t.layout().isContiguous()) {
          if (rowMajor == inputs) {
            rowMajor = inputs.clone();
          }
          rowMajor[i] = copy(t, state);
        }
      }
    }
    entry.kernel().run(new KernelCall(rowMajor, outputs, attrs));
    // Kernels hold bare addresses: without this a free-standing input could be collected meanwhile.
    Reference.reachabilityFence(inputs);
    Reference.reachabilityFence(rowMajor);
    if (rowMajor != inputs) {
      for (int i = 0; i < inputs.length; i++) {
        if (rowMajor[i] != inputs[i]) {
          rowMajor[i].close();
        }
      }
    }
    return outputs;
  }

  private static void markChanged(OpSpec spec, Tensor[] inputs) {
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i] != null && spec.mutates(i)) {
        inputs[i].storage().markChanged();
      }
    }
  }

  private static Tensor copy(Tensor t, State state) {
    state.suspended++;
    try {
      return call(CopyOp.INSTANCE, t.dtype(), t);
    } finally {
      state.suspended--;
    }
  }
}
