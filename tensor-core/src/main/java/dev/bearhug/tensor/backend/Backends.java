package dev.bearhug.tensor.backend;

import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.error.DeviceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The backends of this process. Thread-safe. */
public final class Backends {

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  /**
   * A backend that was found, usable or not.
   *
   * @param name type of its devices
   * @param priority its rank for {@code auto}
   * @param availability whether it can be used, and why
   */
  public record Found(String name, int priority, Backend.Availability availability) {}

  private static final Map<String, Backend.Provider> PROVIDERS = new LinkedHashMap<>();
  private static final Map<String, Backend.Availability> PROBES = new LinkedHashMap<>();
  private static final Map<String, Backend> CREATED = new LinkedHashMap<>();

  static {
    List<Backend.Provider> all = new ArrayList<>();
    ServiceLoader.load(Backend.Provider.class, Backends.class.getClassLoader()).forEach(all::add);
    all.sort(Comparator.comparingInt(Backend.Provider::priority).reversed());
    all.forEach(p -> PROVIDERS.putIfAbsent(p.name(), p));
  }

  private Backends() {}

  /** Everything found, best first, with the reason for each. */
  public static synchronized List<Found> found() {
    return PROVIDERS.values().stream()
        .map(p -> new Found(p.name(), p.priority(), probe(p)))
        .toList();
  }

  private static Backend.Availability probe(Backend.Provider p) {
    return PROBES.computeIfAbsent(p.name(), n -> p.probe());
  }

  /**
   * The backend of a device type.
   *
   * @throws DeviceException if it does not exist or cannot be used here; gives the reason
   */
  public static synchronized Backend get(String type) {
    Backend b = CREATED.get(type);
    if (b != null) {
      return b;
    }
    Backend.Provider p = PROVIDERS.get(type);
    if (p == null) {
      throw new DeviceException(
          "device", "there is no backend \"" + type + "\", only " + PROVIDERS.keySet() + ".");
    }
    Backend.Availability a = probe(p);
    if (!a.usable()) {
      throw new DeviceException("device", "backend \"" + type + "\" cannot be used: " + a.reason());
    }
    b = p.create();
    CREATED.put(type, b);
    return b;
  }

  /**
   * Resolves a device name; {@code auto} takes the usable backend with the highest priority and
   * logs what was refused and why.
   */
  public static synchronized Device select(String name) {
    if (!name.equals("auto")) {
      Device device = Device.parse(name);
      if (!get(device.type()).devices().contains(device)) {
        throw new DeviceException(
            "device", "there is no " + device + ", only " + get(device.type()).devices() + ".");
      }
      return device;
    }
    for (Found f : found()) {
      if (f.availability().usable()) {
        LOG.info("device {}: {}", f.name(), f.availability().reason());
        return get(f.name()).devices().get(0);
      }
      LOG.info("not {}: {}", f.name(), f.availability().reason());
    }
    throw new DeviceException("device", "no backend can be used: " + found());
  }
}
