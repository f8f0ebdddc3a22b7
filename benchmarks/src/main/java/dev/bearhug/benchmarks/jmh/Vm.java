package dev.bearhug.benchmarks.jmh;

/** Flags of the forked virtual machines: those of the launcher. */
final class Vm {

  /** Gives access to the Vector API. */
  static final String ADD_MODULES = "--add-modules=jdk.incubator.vector";

  /** Lets JavaCPP and the C library be called without a warning. */
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** The collector that takes no core from the kernels. */
  static final String COLLECTOR = "-XX:+UseSerialGC";

  private Vm() {}
}
