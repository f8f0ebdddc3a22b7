package dev.bearhug.tensor.backend.cpu;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Reusable objects that one call at a time holds: as many are made as calls ever ran at once. */
final class IdlePool<T> {

  private final ArrayDeque<T> idle = new ArrayDeque<>();
  private final Supplier<T> factory;

  IdlePool(Supplier<T> factory) {
    this.factory = factory;
  }

  /** Takes the object given back last, or a new one. */
  T borrow() {
    T item;
    synchronized (idle) {
      item = idle.pollFirst();
    }
    return item == null ? factory.get() : item;
  }

  /** Makes an object free for the next caller. */
  void giveBack(T item) {
    synchronized (idle) {
      idle.addFirst(item);
    }
  }

  /** The sum of a number over the objects not in use. */
  int sum(ToIntFunction<T> number) {
    synchronized (idle) {
      return idle.stream().mapToInt(number).sum();
    }
  }
}
