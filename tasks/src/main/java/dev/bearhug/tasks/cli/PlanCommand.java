package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.config.RunConfig;
import dev.bearhug.tasks.config.TrainSection;
import dev.bearhug.tasks.model.MemoryPlan;
import dev.bearhug.tasks.processor.ReadReport;
import dev.bearhug.tasks.progress.Units;
import dev.bearhug.tasks.runner.RunPlan;
import dev.bearhug.tasks.runner.Runner;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bearhug plan}: what a training run will do and cost; nothing is written. */
@Command(
    name = "plan",
    description = {
      "Prints what training will do and cost: data, steps, parameters, memory by category.",
      "",
      "Takes the options of train, needs no --output, and writes nothing."
    })
final class PlanCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() {
    // A configuration has a run folder; a plan needs none, so any name will do.
    List<String> unused = options.namesOutput() ? List.of() : List.of("output.path=plan");
    RunConfig config = options.load(false, unused);
    print(config, RunPlan.of(new Runner(config)));
    return ExitCodes.OK;
  }

  private void print(RunConfig config, RunPlan plan) {
    PrintWriter out = spec.commandLine().getOut();
    TrainSection train = config.train();
    MemoryPlan memory = plan.memory();
    out.println("data");
    for (ReadReport read : plan.reads()) {
      out.println("  " + read.summary());
    }
    plan.reads().stream()
        .flatMap(read -> read.decisions().stream())
        .distinct()
        .forEach(decision -> out.println("  " + decision));
    out.println("  labels: " + plan.labels());
    out.printf(
        Locale.ROOT,
        "  train texts: %s tokens, %.1f on average, %d the longest; vocabulary of %,d%n",
        Units.count(plan.tokens()),
        (double) plan.tokens() / plan.reads().get(0).rows(),
        plan.longest(),
        plan.vocabulary());
    out.println("training");
    out.printf(
        Locale.ROOT,
        "  %,d steps of %d x %d examples, %,d an epoch%n",
        plan.steps(),
        train.batchSize(),
        train.accumulate(),
        plan.stepsPerEpoch());
    out.printf(
        Locale.ROOT,
        "  %s, learning rate %s, %s, %d warm-up steps%n",
        train.optimizer().name().toLowerCase(Locale.ROOT),
        Units.scientific(train.learningRate()),
        train.schedule(),
        train.warmup(plan.steps()));
    out.println("  " + plan.precision().line());
    out.println("parameters");
    out.printf(Locale.ROOT, "  all        %,14d%n", memory.parameters());
    out.printf(
        Locale.ROOT,
        "  trainable  %,14d  (%.1f%%)%n",
        memory.trainable(),
        100 * memory.trainableShare());
    out.println("memory");
    line(out, "weights", memory.weightBytes(), "");
    if (memory.copyBytes() > 0) {
      line(out, "bf16 copies", memory.copyBytes(), "  (of the weights of products)");
    }
    line(out, "gradients", memory.gradientBytes(), "");
    line(out, "optimizer", memory.optimizerBytes(), "");
    line(
        out,
        "activations",
        memory.activationBytes(),
        "  (estimate for a batch of "
            + plan.largestBatch()
            + " tokens"
            + switch (train.checkpointing()) {
              case NONE -> ")";
              case MEMORY_BOUND_OPS -> ", activation functions and norms recomputed)";
              case EACH_BLOCK -> ", blocks recomputed)";
            });
    line(
        out,
        "peak",
        memory.peakBytes(),
        "  (estimate; gradients come as activations are released)");
    line(out, "limit", plan.memoryLimit(), "");
    if (memory.peakBytes() > plan.memoryLimit()) {
      out.println(
          "  This will not fit. Try --set train.checkpointing=each_block, or a smaller train.batchSize"
              + " with train.accumulate.");
    }
  }

  private static void line(PrintWriter out, String name, long bytes, String note) {
    out.printf(Locale.ROOT, "  %-11s  %10s%s%n", name, Units.bytes(bytes), note);
  }
}
