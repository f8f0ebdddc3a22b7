package dev.bearhug.tasks.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, and of the Java below it. */
final class VersionProvider implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "bearhug " + version(),
      "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
    };
  }

  /** Returns the version in the manifest; there is none when classes are run without a jar. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
