package dev.bearhug.tensor.backend.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses between SIMD and plain kernels once per JVM.
 *
 * <p>Classes that mention {@code jdk.incubator.vector} cannot load without the module, so they are
 * looked up by name after the checks. The system property {@code bearhug.simd=off} forces the plain
 * kernels.
 */
public final class VectorSupport {

  private static final String FLAG = "--add-modules jdk.incubator.vector";
  private static final String VECTOR_SET = "dev.bearhug.tensor.backend.cpu.VectorFloatKernels";
  private static final Logger LOG = LoggerFactory.getLogger(VectorSupport.class);
  private static final Choice CHOICE = choose();

  private record Choice(FloatKernels kernels, String description) {}

  private VectorSupport() {}

  /** Returns the fastest kernels this JVM can run. */
  public static FloatKernels kernels() {
    return CHOICE.kernels();
  }

  /** Returns the plain kernels, whatever this JVM can run. */
  public static FloatKernels scalarKernels() {
    return ScalarFloatKernels.create();
  }

  /** Returns whether {@link #kernels()} uses SIMD instructions. */
  public static boolean isVector() {
    return CHOICE.kernels().name().equals("vector");
  }

  /** Returns one line that says which kernels are used and why. */
  public static String describe() {
    return CHOICE.description();
  }

  private static Choice choose() {
    if ("off".equalsIgnoreCase(System.getProperty("bearhug.simd"))) {
      return scalar("switched off by -Dbearhug.simd=off");
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      Choice choice = scalar("the vector module is not loaded; start Java with " + FLAG);
      LOG.warn("CPU kernels run without SIMD and are several times slower: add {}", FLAG);
      return choice;
    }
    try {
      Class<?> set = Class.forName(VECTOR_SET);
      int bits = (int) set.getDeclaredMethod("preferredBits").invoke(null);
      if (bits < 128) {
        return scalar("the preferred vector width is only " + bits + " bits");
      }
      FloatKernels kernels = (FloatKernels) set.getDeclaredMethod("create").invoke(null);
      return new Choice(kernels, "SIMD kernels, " + bits + "-bit vectors");
    } catch (ReflectiveOperationException | LinkageError e) {
      Choice choice = scalar("the SIMD kernels do not load (" + e + ")");
      LOG.warn("CPU kernels run without SIMD: {} with {}", choice.description(), FLAG, e);
      return choice;
    }
  }

  private static Choice scalar(String reason) {
    return new Choice(ScalarFloatKernels.create(), "plain kernels without SIMD: " + reason);
  }
}
