package dev.bearhug.nn.train;

import dev.bearhug.autograd.Autocast;
import dev.bearhug.autograd.NoGrad;
import dev.bearhug.nn.Trainable;
import dev.bearhug.tensor.RandomSource;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Evaluates within a run, so that training goes on as if nothing had happened. */
final class Evaluation {
  private final Trainable model;
  private final Evaluator evaluator;
  private final TrainSettings settings;
  private final Listeners listeners;

  Evaluation(Trainable model, Evaluator evaluator, TrainSettings settings, Listeners listeners) {
    this.model = model;
    this.evaluator = evaluator;
    this.settings = settings;
    this.listeners = listeners;
  }

  /** Evaluates, notes the values and returns whether the watched one is the best so far. */
  boolean run(Progress progress) throws IOException {
    long start = System.nanoTime();
    listeners.tell(TrainListener::onEvalStart, new TrainEvent.EvalStart(progress.step));
    Map<String, Double> metrics = measure();
    progress.lastMetrics = metrics;
    boolean best = false;
    if (settings.metric() != null) {
      progress.best = progress.best.after(watched(metrics), progress.step, settings);
      best = progress.best.step() == progress.step;
    }
    listeners.tell(
        TrainListener::onEvalEnd,
        new TrainEvent.EvalEnd(
            progress.step,
            progress.data.epoch(),
            metrics,
            best,
            progress.best.withoutProgress(),
            (System.nanoTime() - start) / 1e9));
    return best;
  }

  private double watched(Map<String, Double> metrics) {
    Double value = metrics.get(settings.metric());
    if (value == null) {
      throw new IllegalArgumentException(
          "trainer: the metric to watch, \""
              + settings.metric()
              + "\", is not among those of the evaluator "
              + metrics.keySet()
              + ". Choose one of them.");
    }
    return value;
  }

  private Map<String, Double> measure() throws IOException {
    model.setTraining(false);
    try (RandomSource.Use ignored = RandomSource.use(new RandomSource(settings.seed()));
        NoGrad off = NoGrad.enter();
        Autocast cast = Autocast.enter(settings.precision());
        Scope scope = Scope.open("evaluation")) {
      return Collections.unmodifiableMap(new TreeMap<>(evaluator.evaluate(model)));
    } finally {
      model.setTraining(true);
    }
  }
}
