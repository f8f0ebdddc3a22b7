package dev.bearhug.nn.train;

import dev.bearhug.nn.StateTensor;
import dev.bearhug.tensor.io.SafeTensorsFile;
import dev.bearhug.tensor.io.SafeTensorsWriter;
import dev.bearhug.tensor.io.TensorArchive;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Parameters and buffers of a model as one {@code model.safetensors}, by path. */
public final class ParameterFiles implements ModelFiles {
  private final List<StateTensor> parameters;

  /**
   * Files of these tensors.
   *
   * @param parameters all parameters and buffers of the model, with paths that differ
   */
  public ParameterFiles(List<? extends StateTensor> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  @Override
  public void save(Path folder) throws IOException {
    try (Scope scope = Scope.open("save parameters")) {
      List<TensorEntry> entries = new ArrayList<>();
      for (StateTensor parameter : parameters) {
        entries.add(TensorFiles.toEntry(parameter.path(), parameter.tensor()));
      }
      SafeTensorsWriter.write(folder.resolve(SafeTensorsWriter.SINGLE_FILE), entries);
    }
  }

  /**
   * Puts saved weights into the parameters.
   *
   * @throws IOException if the file does not have exactly these parameters with their types and
   *     shapes; nothing was changed then
   */
  @Override
  public void load(Path folder) throws IOException {
    Path file = folder.resolve(SafeTensorsWriter.SINGLE_FILE);
    try (Arena arena = Arena.ofConfined()) {
      TensorArchive archive = SafeTensorsFile.open(file, arena);
      List<TensorEntry> entries = matching(file, archive);
      for (int i = 0; i < entries.size(); i++) {
        TensorFiles.read(entries.get(i), parameters.get(i).tensor());
      }
    }
  }

  private List<TensorEntry> matching(Path file, TensorArchive archive) throws IOException {
    List<TensorEntry> entries = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<String> unexpected = new TreeSet<>();
    archive.entries().forEach(entry -> unexpected.add(entry.name()));
    for (StateTensor parameter : parameters) {
      TensorEntry entry = archive.find(parameter.path()).orElse(null);
      unexpected.remove(parameter.path());
      if (entry == null) {
        problems.add("missing " + parameter);
      } else if (!TensorFiles.fits(entry, parameter.tensor())) {
        problems.add("file has " + entry + ", model has " + parameter);
      } else {
        entries.add(entry);
      }
    }
    unexpected.forEach(name -> problems.add("unexpected " + name));
    if (!problems.isEmpty()) {
      throw new IOException(
          "parameters: "
              + file
              + " does not belong to this model ("
              + problems.size()
              + " differences): "
              + String.join("; ", problems.subList(0, Math.min(10, problems.size())))
              + ". Was the model's configuration changed?");
    }
    return entries;
  }
}
