package dev.bearhug.benchmarks.compare;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one side showed in a case.
 *
 * @param dtype element type it computed in
 * @param times its times
 * @param facts other figures by name, such as {@link #PEAK}
 */
record Side(String dtype, Times times, Map<String, Double> facts) {

  /**
   * Largest resident memory of the process in the case, less that before it was set up, in bytes.
   */
  static final String PEAK = "peak_bytes";

  /** Copies the map. */
  Side {
    facts = new TreeMap<>(facts);
  }
}
