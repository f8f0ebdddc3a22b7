package dev.bearhug.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The two system calls that the Java library does not offer.
 *
 * <p>A private writable mapping of a file that may only be read, and the exchange of two names in
 * one step. Both have a slower way around; callers must be ready for their absence.
 */
final class Posix {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final int READ_AND_WRITE = 3;
  private static final int MAP_PRIVATE = 2;
  private static final int LINUX_MAP_NORESERVE = 0x4000;
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
  private static final int SEEK_END = 2;
  private static final int AT_FDCWD = -100;
  private static final int RENAME_EXCHANGE = 2;

  private Posix() {}

  /**
   * Maps a whole file copy-on-write, needing only the right to read it.
   *
   * @return the mapping, or empty where the system has no such calls
   * @throws IOException if the file cannot be opened or mapped
   */
  static Optional<MemorySegment> mapPrivate(Path file, Arena arena) throws IOException {
    if (!java.io.File.separator.equals("/")) {
      return Optional.empty();
    }
    ValueLayout pointer = ValueLayout.ADDRESS;
    try (Arena call = Arena.ofConfined()) {
      MethodHandle open =
          handle(
              "open",
              FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer, ValueLayout.JAVA_INT),
              Linker.Option.firstVariadicArg(2));
      MethodHandle seek =
          handle(
              "lseek",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT));
      MethodHandle close =
          handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      MethodHandle mmap =
          handle(
              "mmap",
              FunctionDescriptor.of(
                  pointer,
                  pointer,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG));
      MethodHandle munmap =
          handle(
              "munmap",
              FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer, ValueLayout.JAVA_LONG));
      MemorySegment state = call.allocate(CALL_STATE);
      int descriptor = (int) open.invokeExact(state, nativePath(file, call), 0);
      if (descriptor < 0) {
        throw failure("open", file, state);
      }
      try {
        long size = (long) seek.invokeExact(state, descriptor, 0L, SEEK_END);
        if (size < 0) {
          throw failure("lseek", file, state);
        }
        if (size == 0) {
          return Optional.of(MemorySegment.NULL);
        }
        int flags = LINUX ? MAP_PRIVATE | LINUX_MAP_NORESERVE : MAP_PRIVATE;
        MemorySegment start =
            (MemorySegment)
                mmap.invokeExact(
                    state, MemorySegment.NULL, size, READ_AND_WRITE, flags, descriptor, 0L);
        if (start.address() == -1) {
          throw failure("mmap", file, state);
        }
        return Optional.of(start.reinterpret(size, arena, mapping -> unmap(munmap, mapping, size)));
      } finally {
        // A descriptor that was only read has nothing to lose on close.
        int unused = (int) close.invokeExact(state, descriptor);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("Posix: a system call failed to link", e);
    }
  }

  /**
   * Exchanges two names of one file system in one step (renameat2 with RENAME_EXCHANGE).
   *
   * @return false where system or file system do not offer it; then nothing has changed
   */
  static boolean exchange(Path first, Path second) {
    if (!LINUX || LINKER.defaultLookup().find("renameat2").isEmpty()) {
      return false;
    }
    MethodHandle rename =
        handle(
            "renameat2",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(CALL_STATE);
      return (int)
              rename.invokeExact(
                  state,
                  AT_FDCWD,
                  nativePath(first, call),
                  AT_FDCWD,
                  nativePath(second, call),
                  RENAME_EXCHANGE)
          == 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("Posix: a system call failed to link", e);
    }
  }

  private static void unmap(MethodHandle munmap, MemorySegment mapping, long size) {
    try (Arena call = Arena.ofConfined()) {
      int result = (int) munmap.invokeExact(call.allocate(CALL_STATE), mapping, size);
      if (result != 0) {
        throw new IllegalStateException("Posix: munmap failed for " + mapping);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("Posix: a system call failed to link", e);
    }
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = java.util.Arrays.copyOf(more, more.length + 1);
    options[more.length] = ERRNO;
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  private static MemorySegment nativePath(Path path, Arena arena) {
    String encoding = System.getProperty("sun.jnu.encoding");
    return arena.allocateFrom(
        path.toAbsolutePath().toString(), java.nio.charset.Charset.forName(encoding));
  }

  private static IOException failure(String call, Path file, MemorySegment state) {
    return new IOException(
        "safetensors: "
            + call
            + " of "
            + file
            + " failed with errno "
            + (int) ERRNO_VALUE.get(state, 0L));
  }
}
