package dev.bearhug.tensor;

/**
 * Where a tensor's memory lives and which backend computes on it.
 *
 * @param type name of the backend: {@code cpu}, {@code reference}, {@code cuda}
 * @param index number of the device within its backend, from 0
 */
public record Device(String type, int index) {

  /** The processor, with its fast kernels. */
  public static final Device CPU = new Device("cpu", 0);

  /** The processor, with naive kernels that judge the others. */
  public static final Device REFERENCE = new Device("reference", 0);

  /** Parses {@code cpu}, {@code reference}, {@code cuda} or {@code cuda:1}. */
  public static Device parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new Device(text, 0);
    }
    try {
      return new Device(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "device: \"" + text + "\" is not NAME or NAME:NUMBER. Try cpu, reference or cuda:0.", e);
    }
  }

  @Override
  public String toString() {
    return index == 0 ? type : type + ":" + index;
  }
}
