package dev.bearhug.tensor.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.memory.NativeMemory;
import java.lang.foreign.Arena;

/** Off-heap floats for tests, 4 bytes off any larger alignment, with guards on both sides. */
final class NativeFloats {

  private static final int GUARD = 0x5EED5EED;
  private static final int GUARDS = 17;

  private final long address;
  private final int size;

  private NativeFloats(Arena arena, int size) {
    this.size = size;
    long start = arena.allocate(4L * (size + 2 * GUARDS), 64).address();
    this.address = start + 4L * GUARDS;
    for (int i = 0; i < GUARDS; i++) {
      NativeMemory.putInt(start + 4L * i, GUARD);
      NativeMemory.putInt(address + 4L * (size + i), GUARD);
    }
  }

  static NativeFloats of(Arena arena, float... values) {
    NativeFloats floats = new NativeFloats(arena, values.length);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.putFloat(floats.address + 4L * i, values[i]);
    }
    return floats;
  }

  static NativeFloats zeros(Arena arena, int size) {
    return of(arena, new float[size]);
  }

  long address() {
    return address;
  }

  float get(int index) {
    return NativeMemory.getFloat(address + 4L * index);
  }

  /** Returns the values after checking that nothing was written around them. */
  float[] toArray() {
    for (int i = 0; i < GUARDS; i++) {
      assertThat(NativeMemory.getInt(address - 4L * (i + 1))).as("guard before").isEqualTo(GUARD);
      assertThat(NativeMemory.getInt(address + 4L * (size + i))).as("guard after").isEqualTo(GUARD);
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = get(i);
    }
    return values;
  }
}
