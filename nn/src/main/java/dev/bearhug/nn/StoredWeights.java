package dev.bearhug.nn;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.TensorArchive;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.tensor.io.TensorFiles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Weights of a safetensors archive as a source of parameters. Values of the right type are views of
 * the mapped file (copied by the system on the first write), others are converted.
 */
public final class StoredWeights implements WeightSource {

  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private final Map<String, String> unread = new LinkedHashMap<>();
  private final LoadReport report;

  /**
   * Maps the keys of an archive.
   *
   * @param archive opened file or folder
   * @param source its name, for the report
   * @param keys rules from file keys to parameter paths
   */
  public StoredWeights(TensorArchive archive, String source, KeyMap keys) {
    this.report = new LoadReport(source);
    for (TensorEntry e : archive.entries()) {
      Optional<String> path = keys.map(e.name());
      if (path.isEmpty()) {
        report.dropped().add(e.name());
        continue;
      }
      if (!path.get().equals(e.name())) {
        report.renamed().add(e.name() + " -> " + path.get());
      }
      TensorEntry before = entries.put(path.get(), e);
      if (before != null) {
        throw new IllegalArgumentException(
            source
                + ": keys \""
                + before.name()
                + "\" and \""
                + e.name()
                + "\" both stand for parameter "
                + path.get()
                + ".");
      }
      unread.put(path.get(), e.name());
    }
  }

  /** What was found so far; complete after {@link #finish}. */
  public LoadReport report() {
    return report;
  }

  /** Ends loading: what no parameter asked for becomes unexpected. */
  public LoadReport finish() {
    report.unexpected().addAll(unread.values());
    unread.clear();
    return report;
  }

  /**
   * Marks a key as known although no parameter of its own holds it: a tied weight's second name.
   */
  public void acknowledge(String path) {
    unread.remove(path);
  }

  /** Whether the archive has a value for a parameter path. */
  public boolean has(String path) {
    return entries.containsKey(path);
  }

  @Override
  public Tensor find(String path, Shape shape) {
    TensorEntry e = entries.get(path);
    if (e == null) {
      report.missing().add(path);
      return null;
    }
    unread.remove(path);
    Shape stored = Shape.of(e.shape());
    if (!stored.equals(shape)) {
      report.mismatched().add(path + ": file " + stored + ", model " + shape);
      return null;
    }
    Tensor t = TensorFiles.toTensor(e);
    report.loaded().add(path);
    if (t.dtype() == DType.F32) {
      return t;
    }
    report.converted().add(path + " from " + t.dtype());
    Tensor single = t.to(DType.F32);
    t.close();
    return single;
  }
}
