package dev.bearhug.tensor.memory;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Safety net for free-standing tensors: releases the storage when the handle is collected without
 * having been closed, and counts that as a leak.
 */
public final class StorageCleaner {

  private static final Cleaner CLEANER = Cleaner.create();

  private final Action action;
  private final Cleaner.Cleanable cleanable;

  private StorageCleaner(Action action, Cleaner.Cleanable cleanable) {
    this.action = action;
    this.cleanable = cleanable;
  }

  /** State of one handle; must not refer to the handle. */
  private static final class Action implements Runnable {
    private final Storage storage;
    private final AtomicBoolean done = new AtomicBoolean();
    private volatile boolean closed;

    Action(Storage storage) {
      this.storage = storage;
    }

    @Override
    public void run() {
      if (done.compareAndSet(false, true)) {
        if (!closed) {
          LeakTracker.collected();
        }
        storage.release();
      }
    }
  }

  /** Watches a handle that owns one count of a storage. */
  public static StorageCleaner register(Object handle, Storage storage) {
    Action action = new Action(storage);
    return new StorageCleaner(action, CLEANER.register(handle, action));
  }

  /** Releases the count now. */
  public void close() {
    action.closed = true;
    cleanable.clean();
  }
}
