package dev.bearhug.nn.train;

import java.util.List;
import java.util.function.BiConsumer;

/** All listeners of a run, told in order. */
record Listeners(List<TrainListener> all) {

  <E extends TrainEvent> void tell(BiConsumer<TrainListener, E> method, E event) {
    for (TrainListener listener : all) {
      method.accept(listener, event);
    }
  }

  /** Tells of an error; one that a listener throws meanwhile is attached to it. */
  void tellFailed(long step, Throwable error) {
    TrainEvent.RunFailed event = new TrainEvent.RunFailed(step, error);
    for (TrainListener listener : all) {
      try {
        listener.onRunFailed(event);
      } catch (RuntimeException e) {
        error.addSuppressed(e);
      }
    }
  }
}
