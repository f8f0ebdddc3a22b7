package dev.bearhug.nn.optim;

import dev.bearhug.nn.Parameter;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.io.SafeTensorsFile;
import dev.bearhug.tensor.io.SafeTensorsWriter;
import dev.bearhug.tensor.io.TensorEntry;
import dev.bearhug.tensor.io.TensorFiles;
import dev.bearhug.tensor.memory.Scope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of an optimizer's state: {@code step/PATH} holds a parameter's number of updates, {@code
 * SLOT/PATH} a tensor of its state; name and step count of the optimizer are metadata.
 */
final class OptimizerFile {
  private static final String FORMAT = "bearhug-optimizer-1";
  private static final String STEP = "step";
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

  private final Path file;
  private final SafeTensorsFile archive;
  private final Function<Tensor, List<StateSlot>> slots;

  private OptimizerFile(
      Path file, SafeTensorsFile archive, Function<Tensor, List<StateSlot>> slots) {
    this.file = file;
    this.archive = archive;
    this.slots = slots;
  }

  /**
   * What a file holds.
   *
   * @param steps steps of the optimizer
   * @param states state by path
   */
  record Content(long steps, Map<String, ParamState> states) {}

  static void write(Path file, String name, long steps, Map<String, ParamState> states)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("optimizer", name);
    metadata.put("steps", Long.toString(steps));
    try (Scope scope = Scope.open("save " + name)) {
      List<TensorEntry> entries = new ArrayList<>();
      states.forEach(
          (path, state) -> {
            Tensor count = Tensor.of(new long[] {state.steps()});
            entries.add(TensorFiles.toEntry(STEP + "/" + path, count));
            state
                .slots()
                .forEach((slot, t) -> entries.add(TensorFiles.toEntry(slot + "/" + path, t)));
          });
      SafeTensorsWriter.write(file, entries, metadata);
    }
  }

  static Content read(
      Path file,
      String name,
      Function<Tensor, List<StateSlot>> slots,
      Map<String, Parameter> parameters)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      SafeTensorsFile archive = SafeTensorsFile.open(file, arena);
      OptimizerFile reader = new OptimizerFile(file, archive, slots);
      long steps = reader.steps(name);
      reader.requireKnown(parameters);
      return new Content(steps, reader.states(parameters));
    }
  }

  private long steps(String name) throws IOException {
    Map<String, String> metadata = archive.metadata();
    if (!FORMAT.equals(metadata.get("format")) || !name.equals(metadata.get("optimizer"))) {
      throw refused(
          "it must hold the state of "
              + name
              + " in format "
              + FORMAT
              + ", its metadata is "
              + metadata
              + ". Resume with the optimizer of the interrupted run.");
    }
    Matcher steps = COUNT.matcher(String.valueOf(metadata.get("steps")));
    if (!steps.matches()) {
      throw refused("its number of steps is \"" + metadata.get("steps") + "\". It is damaged.");
    }
    return Long.parseLong(steps.group());
  }

  private void requireKnown(Map<String, Parameter> parameters) throws IOException {
    for (TensorEntry entry : archive.entries()) {
      int slash = entry.name().indexOf('/');
      String slot = entry.name().substring(0, Math.max(0, slash));
      String path = entry.name().substring(slash + 1);
      Parameter parameter = parameters.get(path);
      StateSlot declared = parameter == null ? null : declared(parameter, slot);
      if (declared == null) {
        throw refused(
            "it has "
                + entry
                + ", which belongs to no parameter of this optimizer. Was the model, or what is"
                + " trained of it, changed?");
      }
      boolean count = slot.equals(STEP);
      if (count ? !isCount(entry) : !fits(entry, declared)) {
        throw refused(
            "its "
                + entry
                + " does not fit parameter "
                + path
                + " "
                + parameter.tensor().describe()
                + (count
                    ? ", whose count is one I64."
                    : ", whose " + slot + " is " + declared.dtype() + declared.shape() + "."));
      }
    }
  }

  private StateSlot declared(Parameter parameter, String name) {
    if (name.equals(STEP)) {
      return StateSlot.number(STEP, 0);
    }
    for (StateSlot slot : slots.apply(parameter.tensor())) {
      if (slot.name().equals(name)) {
        return slot;
      }
    }
    return null;
  }

  private static boolean fits(TensorEntry entry, StateSlot slot) {
    return entry.dtypeName().equals(slot.dtype().name())
        && Arrays.equals(entry.shape(), slot.shape().dims());
  }

  private static boolean isCount(TensorEntry entry) {
    return entry.dtypeName().equals("I64") && entry.data().byteSize() == Long.BYTES;
  }

  private Map<String, ParamState> states(Map<String, Parameter> parameters) throws IOException {
    Map<String, ParamState> states = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Parameter> parameter : parameters.entrySet()) {
        String path = parameter.getKey();
        if (archive.find(STEP + "/" + path).isPresent()) {
          Tensor weights = parameter.getValue().tensor();
          ParamState state = ParamState.initial(slots.apply(weights), weights);
          states.put(path, state);
          fill(state, path);
        } else {
          requireNoSlots(parameter.getValue());
        }
      }
      return states;
    } catch (IOException | RuntimeException e) {
      states.values().forEach(ParamState::close);
      throw e;
    }
  }

  private void fill(ParamState state, String path) throws IOException {
    try (Scope scope = Scope.open("load state")) {
      Tensor count = Tensor.of(new long[1]);
      TensorEntry stored = required(STEP + "/" + path);
      TensorFiles.read(stored, count.reshape(stored.shape()));
      state.setSteps(count.toLongArray()[0]);
    }
    for (Map.Entry<String, Tensor> slot : state.slots().entrySet()) {
      TensorFiles.read(required(slot.getKey() + "/" + path), slot.getValue());
    }
  }

  private void requireNoSlots(Parameter parameter) throws IOException {
    for (StateSlot slot : slots.apply(parameter.tensor())) {
      if (archive.find(slot.name() + "/" + parameter.path()).isPresent()) {
        required(STEP + "/" + parameter.path());
      }
    }
  }

  private TensorEntry required(String entry) throws IOException {
    return archive
        .find(entry)
        .orElseThrow(() -> refused("it has no entry " + entry + ". It is damaged."));
  }

  private IOException refused(String problem) {
    return new IOException("optimizer state: cannot use " + file + ": " + problem);
  }
}
