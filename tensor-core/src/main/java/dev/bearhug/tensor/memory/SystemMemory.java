package dev.bearhug.tensor.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Memory of the operating system. Uses the C library where it has {@code aligned_alloc}, so that
 * fresh memory is not cleared twice and large buffers can sit on huge pages; else shared arenas.
 */
final class SystemMemory {

  private static final long HUGE_PAGE = 2L << 20;
  private static final int MADV_HUGEPAGE = 14;

  private static final MethodHandle ALIGNED_ALLOC =
      find(
          "aligned_alloc",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      find("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      System.getProperty("os.name").equals("Linux")
          ? find(
              "madvise",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT))
          : null;

  /** Arenas by address, where the C library's functions were not found. */
  private static final ConcurrentHashMap<Long, Arena> ARENAS = new ConcurrentHashMap<>();

  private SystemMemory() {}

  private static MethodHandle find(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup lookup = linker.defaultLookup();
    Optional<MemorySegment> symbol = lookup.find(name);
    return symbol.map(s -> linker.downcallHandle(s, type)).orElse(null);
  }

  /** Memory of {@code bytes} bytes (a multiple of the alignment), or 0 if there is none. */
  static long allocate(long bytes) {
    if (ALIGNED_ALLOC == null || FREE == null) {
      return fromArena(bytes);
    }
    try {
      boolean huge = MADVISE != null && bytes >= 2 * HUGE_PAGE;
      long address =
          (long) ALIGNED_ALLOC.invokeExact(huge ? HUGE_PAGE : NativeMemory.ALIGNMENT, bytes);
      if (huge && address != 0) {
        // Advice only: where it is refused, ordinary pages serve as well.
        int unused = (int) MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
      }
      return address;
    } catch (Throwable e) {
      throw new IllegalStateException("memory: the call of aligned_alloc failed", e);
    }
  }

  private static long fromArena(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      long address = arena.allocate(bytes, NativeMemory.ALIGNMENT).address();
      ARENAS.put(address, arena);
      return address;
    } catch (OutOfMemoryError e) {
      arena.close();
      return 0;
    }
  }

  static void free(long address) {
    Arena arena = ARENAS.remove(address);
    if (arena != null) {
      arena.close();
      return;
    }
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw new IllegalStateException("memory: the call of free failed", e);
    }
  }
}
